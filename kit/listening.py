"""What the kit's own servers share: a listening socket, who can reach it, and how it ends."""

import contextlib
import ipaddress
import signal
import socket
import sys
from collections.abc import Iterator

from kit.errors import BadParameter


def listen(
    host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False, caution: str = ""
) -> socket.socket:
    """A listening socket. Raises BadParameter for a taken port, and for other machines' reach without `allow_remote`.

    `caution` is what others could do there, as the end of a sentence (", and ...").
    """
    if not allow_remote and not is_loopback(host):
        raise BadParameter(
            f"host is {host!r}, which other machines can reach{caution}; "
            "use 127.0.0.1, or say that this is wanted (--allow-remote, allow_remote=True)"
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, proto, _, address = found[0]
        listening = socket.socket(family, kind, proto)
    except OSError as error:
        raise BadParameter(f"no address for host {host!r}: {error}") from None
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise BadParameter(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another port, or 0 for any"
        ) from None
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(listening: socket.socket, *, remote: bool = False) -> str:
    """The address of a listening socket, as clients on this machine write it, or with `remote` those on others."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
        host = _own_address() if remote else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _own_address() -> str:
    """The address by which this machine is known on the network that it would use; its name where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: a datagram socket only looks up its route. The address is one for documents (RFC 5737).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block and nothing more; for the main thread.

    uvicorn stops at either, and then raises it once more with whatever handler was there before.
    """

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
