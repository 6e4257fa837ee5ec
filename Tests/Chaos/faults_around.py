"""What stands around the gateway breaks: nginx, Redis, clients, and the gateway as nginx sees it."""

import json
import socket
import threading
import time

from fault import Fault, pause
from history import UNKNOWN
from processes import wait_for


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
    is_vital = True
    is_alone = True

    def act(self, round):
        pause(round, 0.3, 0.6)
        code = round.gateway.stop()
        if code != 0:
            round.history.complain(f"SIGTERM: the supervisor ended with {code}")
        time.sleep(30 if round.is_thorough else round.generator.uniform(1, 2.5))
        round.gateway.start()
        pause(round, 0.3, 0.6)


class GatewayReplays(GatewayAway):
    """The gateway itself hands in what nginx has kept, while others are sending, and is killed meanwhile."""

    name = "the gateway's own replay is killed"

    settings = {"FOOTFALL_REPLAY_EVERY_SECONDS": "1"}

    def prepare(self, round):
        round.gateway.stop()
        self.spool = {"FOOTFALL_REPLAY_SPOOL": str(round.stack.spool.folder)}
        round.gateway.start(self.spool)

    def act(self, round):
        pause(round, 0.3, 0.6)
        round.gateway.stop()
        pause(round, 1, 2)
        # Nobody sends by nginx, so that its files may be finished.
        round.crowd.rest.set()
        time.sleep(0.5)
        round.gateway.start(self.spool)
        round.stack.spool.finish()
        round.crowd.rest.clear()
        pause(round, 0.5, 1.5)
        round.gateway.kill_all()
        round.gateway.start(self.spool)
        pause(round, 0.5, 1)

    def heal(self, round):
        round.stack.spool.finish()
        if not wait_for(lambda: not round.stack.spool.files(), 60):
            round.history.complain(f"the gateway has not replayed {round.stack.spool.files()}")
        # A replay that is under way ends in order.
        round.gateway.stop()
        round.gateway.start()


ALL = [Calm, RedisKilled, NginxKilled, VanishingClients, GatewayAway, GatewayReplays]
