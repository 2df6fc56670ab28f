"""SOAP 1.1: an XML envelope in a POST, answered in XML with all fields of every line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from aiohttp import web
from lxml import etree

from targets.calls import _order
from targets.calls._caller import Answer
from targets.calls._web import Reply, WebCaller, WebServer

TITLE = "SOAP"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)

PATH = "/orders"
ENVELOPE, ORDERS = "http://schemas.xmlsoap.org/soap/envelope/", "urn:calls"
SOAP, OWN = f"{{{ENVELOPE}}}", f"{{{ORDERS}}}"
PREFIXES = {"soap": ENVELOPE}
LIBRARY = f"lxml {etree.__version__}"

READ: dict[type, Callable[[str], Any]] = {str: str, int: int, float: float, bool: "true".__eq__}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parsed(body: bytes) -> Any:
    """The content of an envelope's body; ValueError where it is none.

    Entities stay unresolved and nothing is fetched: XML may come from anybody.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is no XML: {error}") from None
    content = root.find(f"{SOAP}Body/*") if root.tag == f"{SOAP}Envelope" else None
    if content is None:
        raise ValueError("it is no SOAP envelope with a body")
    return content


def _envelope(name: str, prefix: str = OWN) -> tuple[Any, Any]:
    """An envelope, and the element in its body that is to be filled."""
    root = etree.Element(f"{SOAP}Envelope", nsmap=PREFIXES)
    body = etree.SubElement(root, f"{SOAP}Body")
    own = {None: ORDERS} if prefix == OWN else None
    return root, etree.SubElement(body, f"{prefix}{name}", nsmap=own)


def written(root: Any) -> bytes:
    """An envelope as it is sent."""
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return found


def answer(lines: Iterable[_order.Line]) -> bytes:
    """The order in an envelope, made anew for every call."""
    root, order = _envelope("GetOrderResponse")
    add = etree.SubElement
    tags = {name: f"{OWN}{name}" for name in _order.FIELDS}
    for line in lines:
        element = add(order, f"{OWN}line")
        for name, value in line.items():
            add(element, tags[name]).text = _text(value)
    return written(root)


def fault(reason: str) -> bytes:
    """The envelope that says what is wrong with a request."""
    root, element = _envelope("Fault", SOAP)
    etree.SubElement(element, "faultcode").text = "soap:Client"
    etree.SubElement(element, "faultstring").text = reason
    return written(root)


def question(number: int) -> bytes:
    """The envelope that asks for an order."""
    root, element = _envelope("GetOrder")
    etree.SubElement(element, f"{OWN}number").text = str(number)
    return written(root)


class Server(WebServer):
    """POST /orders with an envelope; a Fault (HTTP 500, as SOAP 1.1 wants it) where it is wrong."""

    content_type = "text/xml"

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.orders)]

    async def orders(self, request: web.Request) -> web.Response:
        body = await request.read()
        with self.messages:
            reply = self.reply(body)
        return self.replied(reply)

    def reply(self, body: bytes) -> Reply:
        """The order for the number in an envelope."""
        try:
            content = parsed(body)
        except ValueError as error:
            return 500, fault(str(error))
        if content.tag != f"{OWN}GetOrder":
            return 500, fault("the only operation is GetOrder")
        number = content.findtext(f"{OWN}number", "")
        if number != str(_order.ORDER):
            return 500, fault(f"there is no order {number[:20]}")
        return 200, answer(self.order["lines"])


def values(order: Any, fields: Sequence[str]) -> list[_order.Values]:
    """What is needed of every line, from text to values."""
    reading = [(f"{OWN}{name}", READ[_order.KINDS[name]]) for name in fields]
    found = []
    for line in order:
        texts = {element.tag: element.text for element in line}
        found.append(tuple(read(texts[tag]) for tag, read in reading))
    return found


class Caller(WebCaller):
    """Parses the whole envelope, and from each line the fields that are needed."""

    request_headers: ClassVar = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": "urn:calls#GetOrder",
    }

    async def open(self, host: str, port: int) -> None:
        await super().open(host, port)
        self.request_bytes = len(question(_order.ORDER))
        self.facts["format library"] = LIBRARY

    async def ask(self, _: int) -> Answer:
        with self.messages:
            asked = question(_order.ORDER)
        body = await self.fetch(PATH, asked)
        try:
            with self.messages:
                return values(parsed(body), self.fields), len(body)
        except ValueError as error:
            raise ConnectionError(f"the answer cannot be read: {error}") from None
