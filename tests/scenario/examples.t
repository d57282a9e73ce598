#!/usr/bin/env python3
"""The jobs of etc/jobs.d/examples, as they are shipped, against the mock that answers as those APIs do: only the
addresses are changed. Every record is there once, with every column filled."""
import os
import pathlib
import re

import stage

SOURCE = pathlib.Path(os.environ.get("top_srcdir", ".")).resolve()
EXAMPLES = SOURCE / "etc/jobs.d/examples"
ROWS = {  # rows, and what tells one from another
    "github-issues": (2 * 230, ("repository", "number")),
    "gitlab-issues": (2 * 250, ("project", "id")),
    "jira-search": (120, ("key",)),
    "shopify-orders": (2 * 300, ("order", "line")),
    "hubspot-contacts": (250, ("id",)),
    "notion-database": (250, ("id",)),
    "microsoft-graph-users": (1200, ("id",)),
    "github-graphql": (230, ("number",)),
    "prometheus-range": (2 * 4, ("query", "instance", "time")),
    "worldbank-population": (3 * 64, ("country", "year")),
}
TOKENS = ("GITHUB_TOKEN", "GITLAB_TOKEN", "JIRA_TOKEN", "SHOPIFY_TOKEN", "HUBSPOT_TOKEN", "NOTION_TOKEN", "GRAPH_SECRET")


def rehearse(name):
    def test(place):
        mock = place.mock(str(SOURCE / "etc/fetchmock/public-apis.yaml"))
        text = (EXAMPLES / f"{name}.yaml").read_text()
        jobs = re.sub(r"(url: )https?://[^/]+", rf"\g<1>{mock}", text)
        assert jobs != text
        (place.dir / "job.yaml").write_text(jobs)
        place.env.update({token: "demo-token" for token in TOKENS})
        place.write()
        done = place.once(str(place.dir / "job.yaml"))
        assert done.returncode == 0, done.stderr
        wanted, key = ROWS[name]
        rows = place.rows()
        assert len(rows) == wanted, (len(rows), done.stderr)
        assert len({tuple(row[column] for column in key) for row in rows}) == wanted
        assert all(value not in ("", None) for row in rows for value in row.values()), rows[0]
    return test


for name in ROWS:
    globals()["test_" + name.replace("-", "_")] = rehearse(name)


def test_no_example_is_left_out(place):
    assert sorted(path.stem for path in EXAMPLES.glob("*")) == sorted(ROWS)


stage.play(globals())
