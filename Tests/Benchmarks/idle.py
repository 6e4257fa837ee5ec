#!/usr/bin/env python3
"""Opens FastCGI connections straight to the gateway's socket, sends one event over each as nginx would, reads the answer,
and keeps them all open, idle, until its standard input ends.

    idle.py SOCKET COUNT RUN

Prints "open" when all of them are."""

import os
import socket
import struct
import sys

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    def size(text):
        return struct.pack("B", len(text)) if len(text) < 128 else struct.pack(">I", len(text) | 0x80000000)

    name, value = name.encode(), value.encode()
    return size(name) + size(value) + name + value


def request(number, run):
    body = b'{"s":"demo","u":"http://localhost/section-%d/page-%d","i":"%s%024x"}' % (
        number % 40, number % 2000, run.encode(), number)
    parameters = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/e", "REQUEST_URI": "/e", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "text/plain;charset=UTF-8", "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": f"198.18.{number % 1000 // 250}.{number % 250 + 1}", "REMOTE_PORT": "50000",
        "SERVER_ADDR": "127.0.0.1", "SERVER_PORT": "80", "SERVER_NAME": "localhost",
        "FOOTFALL_REQUEST_ID": os.urandom(16).hex(), "HTTP_HOST": "localhost", "HTTP_ORIGIN": "http://localhost",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:158.0) Gecko/20100101 Firefox/158.0",
        "HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.8", "HTTP_REFERER": "http://localhost/section",
    }
    text = record(BEGIN, struct.pack(">HB5x", 1, 1))  # responder, and keep the connection
    text += record(PARAMS, b"".join(pair(name, value) for name, value in parameters.items())) + record(PARAMS)
    return text + record(STDIN, body) + record(STDIN)


def exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            sys.exit("idle.py: the gateway closed a connection that it was asked to keep")
        data += chunk
    return data


def answer(connection):
    text = b""
    while True:
        _, kind, _, length, padding = struct.unpack(">BBHHBx", exactly(connection, 8))
        content = exactly(connection, length + padding)[:length]
        if kind == STDOUT:
            text += content
        if kind == END:
            return text


def main():
    path, count, run = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    connections = []
    for number in range(count):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(30)
        connection.connect(path)
        connection.sendall(request(number, run))
        connections.append(connection)
        # Some at a time, so that the gateway can take them together; each answer is read.
        if len(connections) % 50 == 0 or len(connections) == count:
            for opened in connections[(len(connections) - 1) // 50 * 50 :]:
                text = answer(opened)
                if not text.startswith(b"Status: 204"):
                    sys.exit(f"idle.py: an event was refused: {text[:200]!r}")
    print("open", flush=True)
    sys.stdin.read()


main()
