"""Databases of sites, made before leapfrog sees them."""

import sqlite3


def make(path, megabytes):
    """A SQLite database of about that size, with an index, as an application would have it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute(
            "CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, body TEXT, slug TEXT)")
        rows = max(20, int(megabytes * 1000))
        database.executemany(
            "INSERT INTO post (title, body) VALUES (?, ?)",
            ((f"Post {number}", f"{number} " * 140) for number in range(rows)))
        database.execute("CREATE INDEX post_title ON post(title)")
        database.execute("PRAGMA user_version = 2")
    database.close()
