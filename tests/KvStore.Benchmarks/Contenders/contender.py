"""Python's sqlite3: runs what it reads a line from its input, and answers with the seconds that it took.

contender.py FILE KEYS: a database with the table kv(key, value), and a file with one key a line.
"""
import sqlite3
import sys
import time

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA synchronous = FULL")
connection.execute("PRAGMA wal_autocheckpoint = 4000")
connection.execute("PRAGMA cache_size = -16384")
connection.execute("CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
keys = open(sys.argv[2]).read().split()
tail = "v" * 84
PUT = "INSERT INTO kv VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"


def get(first, count, turn):
    for key in keys[first:first + count]:
        connection.execute("SELECT value FROM kv WHERE key = ?", (key,)).fetchone()


def put(first, count, turn):
    for index, key in enumerate(keys[first:first + count]):
        connection.execute(PUT, (key, f"{turn:08d}{index:08d}{tail}"))


def load(first, count, turn):
    connection.execute("BEGIN")
    connection.executemany(PUT, [(key, f"{turn:08d}{index:08d}{tail}") for index, key in enumerate(keys[first:first + count])])
    connection.execute("COMMIT")


def scan(first, count, turn):
    for key, value in connection.execute("SELECT key, value FROM kv WHERE key >= 'hosts/' AND key < 'hosts0' ORDER BY key"):
        pass


def clear(first, count, turn):
    connection.execute("DELETE FROM kv")


commands = {"get": get, "put": put, "load": load, "scan": scan, "clear": clear}
for line in sys.stdin:
    name, *numbers = line.split()
    start = time.perf_counter()
    commands[name](*map(int, numbers))
    print(time.perf_counter() - start, flush=True)
