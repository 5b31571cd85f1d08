"""What the Python library ib_async reads from a gateway, as JSON on standard output.

    python ib_async_client.py PORT

It connects as the library's users do, with every request that `connect()` makes, and fails where one of them is not
answered. Then it asks for the contracts of the positions. Numbers are as the library has them: floats.
"""

import asyncio
import datetime
import json
import logging
import sys

import ib_async


class Strict(logging.Handler):
    """Remembers what the library complains about: it logs what it cannot decode and goes on."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.complaints = []

    def emit(self, record):
        self.complaints.append(record.getMessage())


async def read(port):
    strict = Strict()
    logging.getLogger("ib_async").addHandler(strict)
    ib = ib_async.IB()
    await ib.connectAsync("127.0.0.1", port, clientId=5, timeout=4, raiseSyncErrors=True)
    contracts = [position.contract for position in ib.positions()]
    details = [line for contract in contracts for line in await ib.reqContractDetailsAsync(contract)]
    summary = await ib.accountSummaryAsync()
    seen = {
        "version": ib.client.serverVersion(),
        "accounts": ib.managedAccounts(),
        "time": (await ib.reqCurrentTimeAsync()).timestamp(),
        "fills": [fill(it) for it in ib.fills()],
        "positions": [
            [it.account, it.contract.conId, it.contract.symbol, it.contract.currency, it.position, it.avgCost]
            for it in ib.positions()
        ],
        "portfolio": [
            [it.account, it.contract.conId, it.contract.primaryExchange, it.position, it.marketPrice, it.marketValue,
             it.averageCost, it.unrealizedPNL, it.realizedPNL]
            for it in ib.portfolio()
        ],
        "values": sorted([it.account, it.tag, it.currency, it.value] for it in ib.accountValues()),
        "summary": sorted([it.account, it.tag, it.currency, it.value] for it in summary),
        "contracts": [
            [it.contract.conId, it.contract.primaryExchange, it.priceMagnifier, it.minTick, it.longName, it.timeZoneId,
             it.tradingHours, it.validExchanges, it.stockType, [[id.tag, id.value] for id in it.secIdList]]
            for it in details
        ],
    }
    ib.disconnect()
    if strict.complaints:
        sys.exit("ib_async complains: " + "\n".join(strict.complaints))
    return seen


def fill(it):
    execution, report, contract = it.execution, it.commissionReport, it.contract
    return {
        "exec_id": execution.execId,
        "time": execution.time.astimezone(datetime.timezone.utc).isoformat(),
        "account": execution.acctNumber,
        "contract": [contract.conId, contract.symbol, contract.secType, contract.currency, contract.multiplier],
        "order": [execution.permId, execution.orderId, execution.clientId, execution.orderRef],
        "what": [execution.exchange, execution.side, execution.shares, execution.price, execution.cumQty, execution.avgPrice],
        "commission": [report.execId, report.commission, report.currency, report.realizedPNL],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(read(int(sys.argv[1])))))
