"""A mail server of our own for tests: it takes mail over a real socket, and refuses when it is told to."""

import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser


class Sink:
    """What was received, and how the server answers.

    `answer_recipient` and `answer_data` are called with what came and return the reply line; the default
    accepts everything.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.attempts = 0
        self.answer_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.answer_data: Callable[[EmailMessage], str] = lambda message: "250 OK"
        self.lock = threading.Lock()
        self.port = 0


class _Conversation(socketserver.StreamRequestHandler):
    def reply(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        self.reply("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "RCPT":
                with sink.lock:
                    sink.attempts += 1
                    sink.recipients.append(line)
                self.reply(sink.answer_recipient(line))
            elif verb == "MAIL":
                with sink.lock:
                    sink.senders.append(line.partition("<")[2].partition(">")[0])
                self.reply("250 OK")
            elif verb == "DATA":
                self.reply("354 go on")
                self.take(sink)
            elif verb == "QUIT":
                self.reply("221 bye")
                return
            else:
                self.reply("250 OK")

    def take(self, sink: Sink) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = BytesParser(policy=email.policy.default).parsebytes(b"".join(lines))
        answer = sink.answer_data(message)
        if answer.startswith("250"):
            with sink.lock:
                sink.received.append(message)
        self.reply(answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A running sink on a free port of this machine."""
    sink = Sink()
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.sink = sink  # type: ignore[attr-defined]
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
