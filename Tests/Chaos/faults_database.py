"""PostgreSQL dies, freezes, loses connections, and refuses what it is given."""

import time

import psycopg

import proxy
from fault import Fault, has_journal, pause
from processes import freeze, thaw, wait_for
from senders import POISON_WIDTH


def change(round, statement):
    """A change of the schema beside the loader, without standing in its way for long."""
    deadline = time.monotonic() + 60
    with round.stack.admin() as database:
        database.execute("set lock_timeout = '300ms'")
        while True:
            try:
                return database.execute(statement)
            except psycopg.errors.LockNotAvailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class PostgresImmediate(Fault):
    name = "PostgreSQL stopped with immediate"
    is_vital = True

    def act(self, round):
        pause(round, 0.2, 1.5)
        round.stack.stop_postgres_at_once()
        pause(round, 0.1, 2)
        round.stack.start("postgres")
        pause(round, 0.2, 0.8)


class PostgresFrozen(Fault):
    name = "PostgreSQL frozen"

    def act(self, round):
        pause(round, 0.2, 1)
        frozen = freeze(round.stack.pid("postgres"))
        try:
            time.sleep(60 if round.is_thorough else round.generator.uniform(2, 5))
        finally:
            thaw(frozen)


class CutConnections(Fault):
    name = "connection cut at COMMIT"
    is_vital = True
    actions = (proxy.CUT_BEFORE, proxy.CUT_AFTER, proxy.HALF_OPEN, proxy.CUT_IN_COPY)

    def act(self, round):
        actions = list(self.actions)
        round.generator.shuffle(actions)
        for action in actions if round.is_short else actions[:2]:
            before = round.stack.proxy.done
            round.stack.proxy.every = round.generator.randint(1, 5)
            round.stack.proxy.action = action
            if not wait_for(lambda: round.stack.proxy.done > before, 30):
                round.history.complain(f"{action}: no COMMIT came by, the fault did not happen")
            # A silent connection stays so for a while.
            pause(round, 0.3, 1.2)
            round.stack.proxy.heal()

    def heal(self, round):
        round.stack.proxy.heal()


class SlowDatabase(Fault):
    name = "slow connection to PostgreSQL"
    is_light = True

    def act(self, round):
        round.stack.proxy.delay = round.generator.uniform(0.005, 0.05)
        pause(round, 1, 2)

    def heal(self, round):
        round.stack.proxy.delay = 0


class StartWithoutDatabase(Fault):
    name = "start while PostgreSQL is away"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.2, 0.5)
        round.stack.proxy.shut()
        round.gateway.kill_all()
        round.gateway.start()
        before = round.history.tries("acknowledged")
        if not wait_for(lambda: round.history.tries("acknowledged") > before + 5, 20):
            round.history.complain("a gateway that started while PostgreSQL was away acknowledged nothing in 20 s")
        round.stack.proxy.heal()

    def heal(self, round):
        round.stack.proxy.heal()


class PoisonRows(Fault):
    name = "rows that PostgreSQL refuses"
    is_vital = True

    def prepare(self, round):
        refused = f"viewport_width is distinct from {POISON_WIDTH}"
        change(round, f"alter table event add constraint chaos check ({refused}) not valid")
        round.maker.poison_share = 0.01

    def act(self, round):
        pause(round, 1.5, 3)

    def clean(self, round):
        round.maker.poison_share = 0
        change(round, "alter table event drop constraint if exists chaos")


class SiteDeleted(Fault):
    name = "a site deleted while its events wait"

    def act(self, round):
        round.stack.proxy.shut()
        client = round.browser()
        for _ in range(20):
            event = round.maker.event(round.gone)
            event.is_orphan = True
            round.crowd.send(client, [event], round.generator)
        client.close()
        change(round, f"delete from site where site_id = {round.gone.id}")
        pause(round, 0.2, 0.5)
        round.stack.proxy.heal()

    def heal(self, round):
        round.stack.proxy.heal()


class SchemaError(Fault):
    """A schema that is not what the gateway expects: it must stop and say so, not bury everything."""

    break_it = ""
    mend_it = ""

    def act(self, round):
        pause(round, 0.2, 0.8)
        change(round, self.break_it)
        try:
            if not wait_for(lambda: self.alarms(round), 30):
                round.history.complain(f"{self.name}: no alarm in /readyz: {round.gateway.readiness()}")
            pause(round, 0.2, 1)
        finally:
            change(round, self.mend_it)

    def clean(self, round):
        if not wait_for(lambda: not self.alarms(round), 60):
            round.history.complain(f"{self.name}: /readyz still alarms after the repair: {round.gateway.readiness()}")


    def alarms(self, round):
        """Whether the gateway says that this store needs a person. There may be other alarms."""
        status, text = round.gateway.readiness()
        return status == 503 and "store postgres" in text


class ColumnRenamed(SchemaError):
    name = "a column renamed"
    break_it = "alter table event rename column engaged_ms to elsewhere"
    mend_it = "alter table event rename column elsewhere to engaged_ms"


class RightsRevoked(SchemaError):
    name = "rights revoked"
    break_it = "revoke insert on event from footfall"
    mend_it = "grant insert on event to footfall"


ALL = [
    PostgresImmediate, PostgresFrozen, CutConnections, SlowDatabase, StartWithoutDatabase, PoisonRows, SiteDeleted,
    ColumnRenamed, RightsRevoked,
]
