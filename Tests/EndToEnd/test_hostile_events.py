"""Whoever reads a page knows its key and can send what he likes. Nothing of it stops the gateway or the store.

Straight into the gateway's socket: nginx would answer most of it with 429 before long.
"""

import json
import random
import time

import pytest
from conftest import setting, wait_for
from fastcgi import Connection, request

PAGE = "http://localhost/hostile"


def event(**fields):
    return json.dumps({"s": "demo", "u": PAGE, **fields}, ensure_ascii=False)


def raw(fields, url=PAGE):
    """An event with something that `json` would not write."""
    return '{"s":"demo","u":"%s",%s}' % (url, fields)


# Body, status.
BODIES = {
    # Nesting: a parser that calls itself runs out of stack.
    "brackets without end": ("[" * 60_000, 400),
    "braces without end": ('{"a":' * 12_000, 400),
    "nested properties": (raw('"p":' + '{"a":' * 9_000), 400),
    "nested unknown key": (raw('"new":' + "[" * 5_000 + "]" * 5_000), 400),
    "a little nesting in an unknown key": (raw('"new":{"a":[{"b":[1]}]}'), 204),
    # Numbers: a conversion that does not fit traps.
    "width of 1e308": (raw('"w":1e308'), 204),
    "width of 1e999": (raw('"w":1e999'), 400),
    "width below zero": (raw('"w":-1e300'), 204),
    "width of a fraction": (raw('"w":1.5'), 204),
    "width over its column": (raw('"w":99999'), 204),
    "clock of 1e300": (raw('"ts":1e300'), 204),
    "clock before all time": (raw('"ts":-9223372036854775809'), 204),
    "clock without end": (raw('"ts":9300000000000000000'), 204),
    "clock as text": (event(ts="now"), 400),
    "number of 5000 digits": (raw('"p":{"a":%s}' % ("9" * 5_000)), 400),
    "fraction of 5000 digits": (raw('"p":{"a":0.%s}' % ("1" * 5_000)), 204),
    "largest and smallest number": (raw('"p":{"a":1.7976931348623157e308,"b":5e-324,"c":1e-999999,"d":-0}'), 204),
    # Texts: PostgreSQL takes neither U+0000 nor what is not UTF-8, and one such row loses a whole COPY.
    "U+0000 everywhere": (raw(r'"n":"x\u0000y","t":"a\u0000b","r":"http://a.example/\u0000","p":{"k\u0000":"v\u0000"}'), 204),
    "U+0000 as a byte": (raw('"t":"a\0b"'), 400),
    "half surrogates": (raw(r'"n":"\udc00x","t":"\ud800","p":{"\ud800":"\udfff\ud800"}'), 204),
    "bytes that are no UTF-8": (raw('"n":"N","t":"T","p":{"P":"P"}').encode().replace(b"N", b"\xff").replace(b"T", b"\xed\xa0\x80"), 204),
    "names that become the same": (raw(r'"p":{"a\u0000":1,"a\u0001":2,"a\ufffd":3,"a":4,"a":5}'), 204),
    "only control characters": (event(n="\u0085\u200b", t="\u2028"), 204),
    "a title of 60 kB": (event(t="\U0001f600" * 15_000), 204),
    "a letter with 25000 accents": (event(t="a" + "\u0301" * 25_000), 204),
    "text from right to left": (event(n="\u202ename", u=PAGE + "/\u202e\u2066"), 204),
    "COPY's own marks": (event(n="\\N\t\\.\n", t="\\.", p={"\\N": "\\x00\t\r\n\\."}), 204),
    "SQL": (event(n="'; drop table event; --", t="$$ \" ' \\", p={"'": "'"}), 204),
    # Names that a page chooses, and addresses.
    "an id that is no number": (event(i="\u0661" * 32), 204),
    "an id of 65 bytes": (event(i="a" * 65), 400),
    "a name of 121 bytes": (event(n="a" * 121), 400),
    "31 properties": (event(p={str(n): n for n in range(31)}), 400),
    "one property 5000 times": (raw('"p":{%s}' % ",".join(f'"a":{n}' for n in range(5_000))), 204),
    "a port beyond all ports": (event(u="http://localhost:99999999999999999999/"), None),
    "percent signs": (event(u="http://localhost/%00%ff%zz%/%25"), 204),
    "an address of 8 kB": (event(u="http://localhost/" + "%ff" * 2_700), 204),
    "another host before an @": (event(u="http://localhost@evil.example/"), 400),
    "a backslash before an @": (event(u="http://evil.example\\@localhost/"), 400),
    "a referrer that is no address": (event(r="http://[::1/%%%"), 204),
    "a referrer of 60 kB": (event(r="http://example.org/" + "a" * 60_000), 204),
    # Arrays and fragments.
    "100 events": (json.dumps([{"s": "demo", "u": PAGE}] * 100), 204),
    "101 events": (json.dumps([{"s": "demo", "u": PAGE}] * 101), 400),
    "a good event beside a bad one": (json.dumps([{"s": "demo", "u": PAGE + "/beside"}, {"s": "nobody", "u": PAGE}]), 400),
    "no events": ("[]", 400),
    "an event that is null": ("[null]", 400),
    "two bodies in one": (event() * 2, 400),
    "a byte order mark": ("\ufeff" + event(), 204),
    **{f"ending in {text}": (text, 400) for text in ('{"s"', '{"s":', '{"s":"\\', '{"s":"\\u12', '{"s":"\\ud800\\u', '{"w":-', '{"p":{"a":tru', "{,}", "nul")},
}


@pytest.fixture(scope="module")
def ingest():
    return setting("FOOTFALL_TEST_INGEST_SOCKET")


@pytest.fixture(autouse=True)
def unharmed(ingest, processes, database, session):
    """The same processes afterwards; nothing buried; what comes next is stored and shown."""
    before = processes()
    yield
    marker = f"/after-{time.time_ns()}"
    with Connection(ingest) as connection:
        assert connection.send(request(body=event(u="http://localhost" + marker).encode())).answer() == 204
    stored = "select 1 from event_text where path = %s"
    assert wait_for(lambda: database.execute(stored, (marker,)).fetchone()), "the store has stopped"
    assert database.execute("select reason, hit from dead_letter").fetchall() == []
    assert processes() == before, "a process has crashed"
    assert session.read("/dashboard/shop.example?period=today")


def answer(ingest, body):
    with Connection(ingest) as connection:
        return connection.send(request(body=body)).answer()


@pytest.mark.parametrize("what", BODIES)
def test_a_hostile_body(ingest, what):
    body, status = BODIES[what]
    answered = answer(ingest, body if isinstance(body, bytes) else body.encode())
    assert answered in ((status,) if status else (204, 400))


def test_of_a_refused_array_nothing_is_kept(ingest, database):
    body, _ = BODIES["a good event beside a bad one"]
    assert answer(ingest, body.encode()) == 400
    time.sleep(0.5)
    assert not database.execute("select 1 from event_text where path = '/hostile/beside'").fetchone()


def test_ten_thousand_bodies_with_a_few_bytes_changed(ingest):
    dice = random.Random(11)
    good = event(n="buy", r="https://www.example.org/a?b=c#d", t="T\u00e4ter \U0001f600", w=1280, i="0f" * 16, ts=1795534800000,
                 p={"price": 9.5, "gift": True, "name": "\u00e4\\\"\n"}).encode()  # fmt: skip
    answers = set()
    with Connection(ingest) as connection:
        for number in range(10_000):
            # From many networks, or most would meet the limit of one. Each with an id of its own, or the store would see only the first.
            body = bytearray(good.replace(b"0f" * 16, dice.randbytes(16).hex().encode()))
            for _ in range(dice.randrange(1, 4)):
                at = dice.randrange(len(body))
                match dice.randrange(4):
                    case 0:
                        body[at] = dice.randrange(256)
                    case 1:
                        del body[at : at + dice.randrange(1, 12)]
                    case 2:
                        body[at:at] = dice.choice([b"\\u0000", b"\\", b'"', b"[", b"{", b"1e9", b"-", b"\xff", b"null", b","])
                    case 3:
                        body[at:at] = body[: dice.randrange(len(body))]
            address = f"10.{number // 256}.{number % 256}.1"
            answers.add(connection.send(request(body=bytes(body), keep=True, address=address)).answer())
    assert answers == {204, 400}


def test_queries_of_the_pixel(ingest):
    dice = random.Random(12)
    with Connection(ingest) as connection:
        for _ in range(3_000):
            query = "".join(
                dice.choice(["s=demo", "&", "=", "%", "%00", "%ff", "u=http://localhost/", "&t=", "+", "\u00e4", "&n=", "&w=-1", "#", "&r=//"])
                for _ in range(dice.randrange(20))
            )
            sent = request(path="/p.gif", method="GET", keep=True, QUERY_STRING=query, HTTP_REFERER="http://localhost/" + query)
            assert connection.send(sent).answer() == 200
