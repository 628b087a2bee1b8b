"""A mail server of our own for tests: it takes mail over a real socket, and refuses when it is told to."""

import email.policy
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser


class Sink:
    """What was received, and how the server answers.

    `answer_recipient` and `answer_data` are called with what came and return the reply line; the default
    accepts everything. An empty line from `answer_data`: it is kept, and the line goes dead without an answer.
    `answered` is called when the answer to a message has gone; True from it: the line goes dead then.
    A `silent` server takes calls and says nothing.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        # One list of Message-IDs for every call that ended without a goodbye.
        self.cut_off: list[list[str]] = []
        self.calls = 0
        self.silent = False
        self.answered: Callable[[EmailMessage], bool] = lambda message: False
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
        self.taken: list[str] = []
        with sink.lock:
            sink.calls += 1
        try:
            said_goodbye = self.talk(sink)
        except OSError:
            said_goodbye = False
        if not said_goodbye:
            with sink.lock:
                sink.cut_off.append(self.taken)

    def talk(self, sink: Sink) -> bool:
        """Whether the caller said goodbye."""
        if sink.silent:
            # Until the caller has had enough.
            self.rfile.readline()
            return False
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
                if not self.take(sink):
                    self.request.shutdown(socket.SHUT_RDWR)
                    return False
            elif verb == "QUIT":
                self.reply("221 bye")
                return True
            else:
                self.reply("250 OK")
        return False

    def take(self, sink: Sink) -> bool:
        """Read a message and answer; False when the line is to go dead."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = BytesParser(policy=email.policy.default).parsebytes(b"".join(lines))
        if line == b"":
            return False
        answer = sink.answer_data(message)
        if not answer or answer.startswith("250"):
            with sink.lock:
                sink.received.append(message)
            self.taken.append(message["Message-ID"])
        if not answer:
            return False
        self.reply(answer)
        return not sink.answered(message)


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
