"""A mail server with STARTTLS that no one here wrote (aiosmtpd), for the tests of alerts.

    python mail_server.py CERTIFICATE KEY MODE

It prints its port, then each mail that it takes as one line of JSON, until its standard input ends. MODE is `take`, `busy` (it
takes no mail now), `refuse` (it knows no recipient), `hang` (it never answers a mail) or `wrapped` (it takes mail on port 465, where TLS
begins with the first byte; it prints 0 where it may not listen there).
"""

import asyncio
import email
import email.policy
import json
import socket
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

certificate, key, mode = sys.argv[1:]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode == "refuse":
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode == "busy":
            return "451 try again later"
        if mode == "hang":
            await asyncio.sleep(120)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        files = {part.get_filename(): part.get_content()[:5].decode("latin-1") for part in mail.iter_attachments()}
        body = mail.get_body(("plain",))
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": server.transport.get_extra_info("sslcontext") is not None,
            "subject": mail["subject"],
            "text": body.get_content() if body else "",
            "files": files,
        }
        print(json.dumps(taken), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"me", b"pass-4711"), handled=False)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
is_wrapped = mode == "wrapped"
with socket.socket() as free:
    try:
        free.bind(("127.0.0.1", 465 if is_wrapped else 0))
    except OSError:
        print(0, flush=True)
        sys.exit()
    port = free.getsockname()[1]
layer = {"ssl_context": context, "auth_require_tls": False} if is_wrapped else {"tls_context": context, "require_starttls": True}
controller = Controller(Handler(), hostname="127.0.0.1", port=port, authenticator=authenticate, auth_required=True, **layer)
controller.start()
print(port, flush=True)
sys.stdin.read()
controller.stop()
