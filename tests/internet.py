"""A small internet for tests: whatever the product calls over HTTPS is answered here, on a socket of this machine.

It is a proxy (HTTPS_PROXY) that speaks TLS in the name of every host, with certificates of an authority of its own
(REQUESTS_CA_BUNDLE). So the product runs unchanged, in this process and in a worker's.
"""

import datetime
import os
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Call:
    """One request that reached a host."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        """What a form held."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Internet:
    """What was called, and how it answers: `answer` gives a status for a call."""

    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call], int] = lambda call: 200
    environment: dict[str, str] = field(default_factory=dict)


class _Host(BaseHTTPRequestHandler):
    """Answers what came through the tunnel."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        host = self.server.host  # type: ignore[attr-defined]
        call = Call(host, self.command, self.path, dict(self.headers), self.rfile.read(length))
        internet: Internet = self.server.internet  # type: ignore[attr-defined]
        internet.calls.append(call)
        status = internet.answer(call)
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "https://somewhere-else.example/")
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST  # noqa: N815  the name is the standard library's

    def log_message(self, *_arguments: object) -> None:
        pass


@dataclass
class _Tunnel:
    """What a handler wants to know of its server."""

    host: str
    internet: Internet


class _Proxy(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        target = self.rfile.readline().decode().split()[1]
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        host = urlsplit(f"//{target}").hostname or ""
        server: _Server = self.server  # type: ignore[assignment]
        with server.authority.context(host).wrap_socket(self.request, server_side=True) as tunnel:
            _Host(tunnel, self.client_address, _Tunnel(host, server.internet))  # type: ignore[arg-type]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    internet: Internet
    authority: "Authority"

    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up is its own test's business."""


class Authority:
    """Makes certificates that `bundle` vouches for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._builder(self.name, self.key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        self.certificate = own.add_extension(usage, True).sign(self.key, hashes.SHA256())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        identifier = x509.SubjectKeyIdentifier.from_public_key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(identifier(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )

    def context(self, host: str) -> ssl.SSLContext:
        """What a server of that name speaks TLS with."""
        path = self.folder / f"{host}.pem"
        if not path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:60])]), key)
            certificate = (
                builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
                .sign(self.key, hashes.SHA256())
            )
            unencrypted = serialization.NoEncryption()
            pem = serialization.Encoding.PEM
            path.write_bytes(
                key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted) + certificate.public_bytes(pem)
            )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@contextmanager
def small_internet() -> Iterator[Internet]:
    """Everything that is called over HTTPS meanwhile, from here or a process started here, is answered here."""
    internet = Internet()
    with tempfile.TemporaryDirectory() as folder, _Server(("127.0.0.1", 0), _Proxy) as server:
        server.internet, server.authority = internet, Authority(Path(folder))
        address = f"http://127.0.0.1:{server.server_address[1]}"
        internet.environment = {
            "HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "", "no_proxy": "",
            "REQUESTS_CA_BUNDLE": str(server.authority.bundle),
        }  # fmt: skip
        before = {name: os.environ.get(name) for name in internet.environment}
        os.environ.update(internet.environment)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield internet
        finally:
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})
            server.shutdown()
            thread.join()
