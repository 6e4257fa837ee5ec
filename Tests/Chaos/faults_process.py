"""The gateway's own processes die, stop and freeze."""

import signal

from clients import NoAnswer
from fault import Fault, has_journal, pause
from history import UNKNOWN
from processes import send, wait_for


class KillIngest(Fault):
    name = "kill -9 of the ingest process"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        for _ in range(round.generator.randint(1, 4)):
            pause(round, 0.05, 2)
            before = round.gateway.kill_ingest()
            round.gateway.wait_for_child(other_than=before)


class KillSupervisor(Fault):
    name = "kill -9 of the supervisor"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.05, 2)
        round.gateway.kill()
        round.gateway.start()
        pause(round, 0.2, 1)


class KillAll(Fault):
    name = "kill -9 of everything at once"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        for _ in range(round.generator.randint(1, 2)):
            pause(round, 0.05, 2)
            round.gateway.kill_all()
            pause(round, 0, 0.3)
            round.gateway.start()


class StopInOrder(Fault):
    name = "SIGTERM"

    def act(self, round):
        pause(round, 0.2, 1)
        before = round.gateway.kill_ingest(signal.SIGTERM)
        round.gateway.wait_for_child(other_than=before)
        pause(round, 0.2, 1)
        code = round.gateway.stop()
        if code != 0:
            round.history.complain(f"SIGTERM: the supervisor ended with {code}")
        round.gateway.start()
        pause(round, 0.2, 0.5)


class Reload(Fault):
    name = "SIGHUP"
    is_light = True

    def act(self, round):
        for _ in range(5):
            pause(round, 0.05, 0.5)
            if round.gateway.is_running:
                send(round.gateway.process.pid, signal.SIGHUP)


class FreezeIngest(Fault):
    name = "SIGSTOP of the ingest process"

    def act(self, round):
        pause(round, 0.1, 1)
        pid = round.gateway.child()
        send(pid, signal.SIGSTOP)
        pause(round, 1, 6)
        send(pid, signal.SIGCONT)
        pause(round, 0.3, 1)


class Failpoints(Fault):
    """The gateway kills itself at named moments, again and again, as long as its environment says so."""

    names = ()
    # Most passes before the process dies.
    passes = 40

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        names = list(self.names)
        round.generator.shuffle(names)
        for name in names if round.is_short else names[:2]:
            passes = round.generator.randint(1, self.passes)
            self.before(round)
            # By the log: the first process may be gone before anybody can look at it.
            deaths = round.gateway.deaths()
            round.gateway.start({"FOOTFALL_FAILPOINT": f"{name}:{passes}"}, waits=False)
            if not wait_for(lambda: round.gateway.deaths() > deaths, 25):
                round.history.complain(f"failpoint {name}:{passes} was not reached, the fault did not happen")
            pause(round, 0.1, 1)
            round.gateway.kill_all()
        round.gateway.start()

    def before(self, round):
        round.gateway.kill_all()


class FailWriting(Failpoints):
    name = "failpoints around write and sync"
    names = ("journal.before_write", "journal.after_write", "journal.before_sync", "journal.after_sync")


class FailRotating(Failpoints):
    name = "failpoints around rotation and deletion"
    names = ("journal.rotate_created", "journal.rotate_renamed", "journal.before_delete", "journal.after_delete")
    passes = 1

    def prepare(self, round):
        round.maker.padding = 400


class FailRecovering(Failpoints):
    name = "failpoints during recovery"
    names = ("journal.recovery_scanned", "journal.recovery_truncated")
    passes = 1

    def before(self, round):
        """Something to recover."""
        round.stack.proxy.shut()
        pause(round, 0.3, 0.8)
        round.gateway.kill_all()
        round.spoil_tail(leaves_bytes=True)
        round.stack.proxy.heal()


class FailCommitting(Failpoints):
    name = "failpoints around COMMIT"
    names = ("postgres.before_commit", "postgres.after_commit")
    passes = 10


class PoisonRequest(Fault):
    name = "a request that crashes the chain"
    is_alone = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        round.gateway.kill_all()
        round.gateway.start({"FOOTFALL_FAILPOINT": "chain=chaos-trap"})
        pause(round, 0.2, 0.5)
        event = round.maker.event()
        event.name = "chaos-trap"
        client = round.browser()
        for _ in range(3):
            before = round.gateway.child()
            try:
                round.crowd.send(client, [event], round.generator, allows={400, 403, 422})
            except NoAnswer:
                round.history.note([event], UNKNOWN, "trap", True)
            round.gateway.wait_for_child(other_than=None)
            wait_for(round.gateway.answers, 40)
            if round.gateway.child() == before:
                break
        else:
            round.history.complain("a request that crashes the chain does so every time it comes")
        client.close()
        pause(round, 0.3, 0.6)

    def heal(self, round):
        round.gateway.kill_all()
        round.gateway.start()


class TwoGateways(Fault):
    name = "two gateways, one dies"

    def prepare(self, round):
        round.start_second()

    def act(self, round):
        pause(round, 0.5, 1.5)
        if has_journal(round.stack):
            round.second.kill_all()
            pause(round, 0, 0.5)
            round.second.start()
        pause(round, 0.5, 1)


ALL = [
    KillIngest, KillSupervisor, KillAll, StopInOrder, Reload, FreezeIngest, FailWriting, FailRotating, FailRecovering,
    FailCommitting, PoisonRequest, TwoGateways,
]
