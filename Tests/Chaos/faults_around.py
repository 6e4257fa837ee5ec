"""What stands around the gateway breaks: nginx, Redis, clients, and the gateway as nginx sees it."""

import json
import socket
import threading
import time

from fault import Fault, pause
from history import UNKNOWN


class Calm(Fault):
    name = "nothing"

    def act(self, round):
        pause(round, 1, 2)


class RedisKilled(Fault):
    name = "Redis killed"
    is_light = True

    def act(self, round):
        pause(round, 0.1, 0.5)
        round.stack.kill("redis")
        pause(round, 0.5, 1.5)

    def clean(self, round):
        round.stack.start("redis")


class NginxKilled(Fault):
    name = "nginx killed"

    def act(self, round):
        pause(round, 0.2, 1)
        round.crowd.nginx_may_die = True
        round.stack.kill("nginx")
        pause(round, 0.1, 1)
        round.stack.start("nginx")
        pause(round, 0.3, 1)


class VanishingClients(Fault):
    """Clients that leave in the middle, that send a byte at a time, and that never read their answer."""

    name = "slow and vanishing clients"
    is_light = True

    def act(self, round):
        threads = [
            threading.Thread(target=call, args=(round,)) for call in (self.leave, self.leave, self.crawl, self.ignore)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def request(self, round, events):
        body = json.dumps([round.maker.wire(event) for event in events]).encode()
        head = f"POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def connect(self, round):
        return socket.create_connection(("127.0.0.1", round.stack.port), timeout=20)

    def leave(self, round):
        for _ in range(10):
            events = [round.maker.event() for _ in range(5)]
            data = self.request(round, events)
            is_whole = round.generator.random() < 0.5
            if is_whole:
                for event in events:
                    round.history.sending(event)
            # Half of it is nothing that could be stored, and is not noted as sent.
            try:
                with self.connect(round) as client:
                    client.sendall(data if is_whole else data[: -len(data) // 3])
            except OSError:
                pass
            if is_whole:
                round.history.note(events, UNKNOWN, "client left at once", True)

    def crawl(self, round):
        event = round.maker.event()
        round.history.sending(event)
        try:
            with self.connect(round) as client:
                # A body that a fault has made large would take minutes.
                for byte in self.request(round, [event])[:500]:
                    client.send(bytes([byte]))
                    time.sleep(0.004)
        except OSError:
            pass
        round.history.note([event], UNKNOWN, "client crawled and left", True)

    def ignore(self, round):
        """Twenty requests in one go, and not one answer read."""
        groups = [[round.maker.event() for _ in range(3)] for _ in range(20)]
        for event in sum(groups, []):
            round.history.sending(event)
        try:
            with self.connect(round) as client:
                client.sendall(b"".join(self.request(round, events) for events in groups))
                time.sleep(1)
        except OSError:
            pass
        round.history.note(sum(groups, []), UNKNOWN, "client never read", True)


class GatewayAway(Fault):
    name = "gateway away, nginx keeps events"
    is_alone = True

    def act(self, round):
        pause(round, 0.3, 0.6)
        code = round.gateway.stop()
        if code != 0:
            round.history.complain(f"SIGTERM: the supervisor ended with {code}")
        time.sleep(30 if round.is_thorough else round.generator.uniform(1, 2.5))
        round.gateway.start()
        pause(round, 0.3, 0.6)


ALL = [Calm, RedisKilled, NginxKilled, VanishingClients, GatewayAway]
