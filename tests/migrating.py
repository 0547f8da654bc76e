"""A migration undone and done again on a database with rows in it.

Use it in a test marked `django_db(transaction=True)`: a migration commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accelerator.core import redaction


@contextmanager
def undone(app: str, name: str) -> Iterator[None]:
    """The database as it was before that migration; afterwards all are done again."""
    graph = MigrationExecutor(connection).loader.graph
    before = [node.key for node in graph.node_map[app, name].parents if node.key[0] == app]
    MigrationExecutor(connection).migrate(before)
    try:
        yield
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        redaction.install()


def read(statement: str) -> list[tuple]:
    """What the database answers, whatever the models say of it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
