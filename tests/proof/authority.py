"""A time-stamping authority of one's own: `openssl ts` behind HTTP on this computer."""

import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = Path(__file__).parent.parent / "support/authority.cnf"


class Authority:
    """Its keys, the certificate `root.pem` that vouches for it, and the address at which it answers."""

    def __init__(self, name):
        self.folder = Path(tempfile.mkdtemp(prefix="authority-"))
        (self.folder / "openssl.cnf").write_bytes(CONFIGURATION.read_bytes())
        (self.folder / "serial").write_text("01\n")
        key = "-newkey rsa:2048 -nodes"
        self.openssl(f"req -x509 {key} -keyout root.key -out root.pem -days 9999 -config openssl.cnf -extensions root -subj /CN={name}")
        self.openssl(f"req {key} -keyout key -out request -config openssl.cnf -subj /CN=stamps.{name}")
        self.openssl("x509 -req -in request -CA root.pem -CAkey root.key -CAcreateserial -days 9999 -extfile openssl.cnf "
                     "-extensions signer -out signer.pem")
        self.root = self.folder / "root.pem"
        lock = threading.Lock()

        class Answer(BaseHTTPRequestHandler):
            def do_POST(handler):
                request = handler.rfile.read(int(handler.headers["Content-Length"]))
                with lock:
                    reply = self.reply(request)
                handler.send_response(200)
                handler.send_header("Content-Type", "application/timestamp-reply")
                handler.send_header("Content-Length", str(len(reply)))
                handler.end_headers()
                handler.wfile.write(reply)

            def log_message(handler, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_port}/tsa"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def openssl(self, arguments, given=b""):
        done = subprocess.run(["openssl", *arguments.split()], cwd=self.folder, input=given, capture_output=True)
        if done.returncode:
            raise SystemExit(f"openssl {arguments}: {done.stderr.decode()}")
        return done.stdout

    def reply(self, request):
        (self.folder / "query").write_bytes(request)
        return self.openssl("ts -reply -config openssl.cnf -queryfile query -signer signer.pem -inkey key")

    def stamp(self, data):
        """Its answer to whoever wants these bytes stamped."""
        (self.folder / "data").write_bytes(data)
        return self.reply(self.openssl("ts -query -data data -sha256 -cert"))
