"""A mail server for tests: takes everything except mail for `refused@`, and keeps it."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator


class Session(socketserver.StreamRequestHandler):
    """Just enough of SMTP (RFC 5321) for Python's client."""

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 test")
        for line in iter(self.rfile.readline, b""):
            command = line[:4].upper()
            if command == b"QUIT":
                return self.say("221 bye")
            if command == b"RCPT" and b"refused@" in line:
                self.say("550 no such person")
            elif command == b"DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.messages.append(text.decode())
                self.say("250 kept")
            else:
                self.say("250 fine")
        return None


@contextlib.contextmanager
def mail_server(session: type[Session] = Session) -> Iterator[socketserver.ThreadingTCPServer]:
    """A running server; `server_address` is (host, port), `messages` what it was given."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.messages = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
