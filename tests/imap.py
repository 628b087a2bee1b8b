"""A mailbox of our own for tests: IMAP over real TLS on a real socket, with what a reader of reports asks for."""

import datetime
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Mailbox:
    """What lies in it, in order of arrival, and what is flagged."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.flags: list[set[str]] = []
        self.fetched: list[int] = []
        self.folders: list[str] = []
        self.port = 0

    def put(self, raw: bytes) -> None:
        self.mails.append(raw)
        self.flags.append(set())


class _Conversation(socketserver.StreamRequestHandler):
    def reply(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.reply("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            verb = rest.split(" ", 1)[0].upper()
            answer = getattr(self, f"do_{verb.lower()}", self.do_other)(rest)
            self.reply(f"{tag} {answer or 'OK done'}")
            if verb == "LOGOUT":
                return

    def do_other(self, rest: str) -> str:
        return "BAD what?"

    def do_capability(self, rest: str) -> None:
        self.reply("* CAPABILITY IMAP4rev1")

    def do_login(self, rest: str) -> str | None:
        return None if rest == 'LOGIN retur@hms.example "p ss/word"' else "NO who are you?"

    def do_select(self, rest: str) -> None:
        self.server.mailbox.folders.append(rest.split(" ", 1)[1])  # type: ignore[attr-defined]
        self.reply(f"* {len(self.server.mailbox.mails)} EXISTS")  # type: ignore[attr-defined]

    def do_logout(self, rest: str) -> None:
        self.reply("* BYE")

    def do_uid(self, rest: str) -> str | None:
        mailbox: Mailbox = self.server.mailbox  # type: ignore[attr-defined]
        _uid, verb, *arguments = rest.split(" ", 3)
        if verb == "SEARCH":
            fresh = [str(n) for n, flags in enumerate(mailbox.flags, 1) if not flags & {r"\Seen", r"\Flagged"}]
            self.reply(" ".join(["* SEARCH", *fresh]))
            return None
        number = int(arguments[0])
        if verb == "STORE":
            names = set(re.findall(r"\\\w+", " ".join(arguments[1:])))
            flags = mailbox.flags[number - 1]
            mailbox.flags[number - 1] = flags | names if "+FLAGS" in rest else flags - names
            return None
        if verb == "FETCH":
            mailbox.fetched.append(number)
            most = int(re.search(r"<0\.(\d+)>", rest).group(1))
            raw = mailbox.mails[number - 1][:most]
            self.wfile.write(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
            return None
        return "BAD what?"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def get_request(self):
        request, address = super().get_request()
        return self.tls.wrap_socket(request, server_side=True), address  # type: ignore[attr-defined]

    def handle_error(self, request, client_address) -> None:
        """A client that does not trust us hangs up; that is its right."""


def certificate(folder: Path) -> Path:
    """A certificate for this machine, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def imap_server(folder: Path) -> Iterator[Mailbox]:
    """A running server on a free port of this machine; its certificate is in the folder."""
    mailbox = Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.mailbox, server.tls = mailbox, context  # type: ignore[attr-defined]
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join()
