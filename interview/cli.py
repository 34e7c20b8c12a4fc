"""The command line, for whoever runs the server: the same use cases, called as the machine's own administrator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from interview.access import SYSTEM
from interview.errors import InterviewError
from interview.people import STAFF_ROLES
from interview.service import Service, chosen_engine, open_service
from interview.settings import Settings, read_settings

app = typer.Typer(
    name="interview",
    help="Candor: structured interviews that people can check.",
    no_args_is_help=True,
    add_completion=False,
)
keys = typer.Typer(help="API keys for programs and people.", no_args_is_help=True)
people = typer.Typer(help="People of the hiring team, and their personal links.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(people, name="people")

out = Console()
err = Console(stderr=True)

_File = Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True)]
_ROLES = ", ".join(STAFF_ROLES)
_Engine = Annotated[
    Literal["auto", "gemini", "embedded"] | None,
    typer.Option("--engine", help="The engine, whatever INTERVIEW_ENGINE says. auto: Gemini where there is a key."),
]


def main() -> None:
    """Run the command line; an expected failure is one sentence and exit code 1."""
    try:
        app()
    except InterviewError as error:
        err.print(f"[red]{error.code}[/red]: {error.message}", highlight=False)
        sys.exit(1)


@contextmanager
def _service() -> Iterator[Service]:
    service = open_service()
    try:
        yield service
    finally:
        service.close()


def _settings(engine: str | None) -> Settings:
    settings = read_settings()
    return settings.model_copy(update={"engine": engine}) if engine else settings


@app.command()
def demo(
    resume: _File,
    job: _File,
    answers: _File,
    role: Annotated[str, typer.Option(help="The role title.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Where the four files go.")] = Path("out/demo"),
    engine: _Engine = None,
) -> None:
    """Hold an interview with answers from a file, one a line; write scorecard, transcript, study guide and events."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from interview.demo import run_demo

    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("Starting", total=1.0)
        result = run_demo(
            resume,
            job,
            role,
            answers,
            out_dir,
            settings=_settings(engine),
            progress=lambda step, share: bar.update(task, description=step, completed=share),
        )
    for warning in result.warnings:
        err.print(f"[yellow]Note:[/yellow] {warning}", highlight=False)
    table = Table(
        "Competency", "Score", "Criteria with evidence", title=f"{role}: overall {result.scorecard.overall_score:.2f}"
    )
    for row in result.scorecard.competencies:
        assessed = sum(criterion.status == "assessed" for criterion in row.criteria)
        table.add_row(row.competency, f"{row.total_score:.2f}", f"{assessed} of {len(row.criteria)}")
    out.print(table)
    out.print(result.scorecard.narrative.summary, highlight=False)
    if result.stopped_early:
        out.print("The answers ran out before the questions did; the interview was stopped there.")
    if result.unused:
        out.print(f"{result.unused} answers were not needed.")
    for path in result.files:
        out.print(f"  {path}", highlight=False)


@app.command("demo-data")
def demo_data(
    data_dir: Annotated[Path, typer.Option(help="A folder of its own; one with other interviews is refused.")] = Path(
        ".data-demo"
    ),
    seed: Annotated[int, typer.Option(help="The same seed makes the same interviews.")] = 1,
) -> None:
    """Fill a data folder with synthetic interviews of the last six months, through the product's own use cases."""
    from rich.progress import track

    from interview.synthetic.making import make_demo_data

    made = make_demo_data(data_dir, seed=seed, track=lambda steps: track(steps, "Interviewing", console=err))
    out.print(
        f"{made.interviews} synthetic interviews for {made.positions} positions. Look at them with", highlight=False
    )
    out.print(f"  INTERVIEW_DATA_DIR={data_dir} make run", highlight=False)


@app.command()
def evaluate(
    items: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Items, one JSON object a line.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the evaluations go; else standard output.")
    ] = None,
    ratings: Annotated[bool, typer.Option("--ratings", help="Compare with the `human` ratings of the items.")] = False,
    engine: _Engine = None,
) -> None:
    """Evaluate answers from a golden set: one evaluation a line, and the agreement with human ratings if asked for."""
    from interview.golden import agreement, agreement_table, evaluate_items

    results = []
    sink = output.open("w", encoding="utf-8") if output else nullcontext(sys.stdout)
    with items.open(encoding="utf-8") as lines, sink as file:
        for result in evaluate_items(lines, chosen_engine(_settings(engine))):
            # Line by line: what a model was paid for is not lost where a later item fails.
            file.write(f"{result.line()}\n")
            results.append(result)
    if ratings:
        err.print(agreement_table(agreement(results)), highlight=False)


@keys.command("create")
def create_key(
    name: str,
    role: Annotated[
        str | None, typer.Option(help=f"One of {_ROLES}; program where it is left out, or the person's.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="The id of the person whose key it is, as `people list` shows it.")
    ] = None,
) -> None:
    """Make an API key and show it, this once. With --person, what is done with it is done by them."""
    with _service() as service:
        role = role if role or person else "program"
        issued = service.access.create_key(SYSTEM, name, role, person)
    whose = f"of {person}" if person else role
    err.print(f"Key {issued.credential_id} for {name} ({whose}). It is shown only now:", highlight=False)
    sys.stdout.write(f"{issued.secret}\n")


@keys.command("list")
def list_keys() -> None:
    """List the keys, without their secrets."""
    table = Table("Id", "Name", "Role", "Whose", "Made", "Ends", "State")
    with _service() as service:
        names = {one.person_id: one.name for one in service.access.people(SYSTEM)}
        for row in service.access.credentials(SYSTEM, "key"):
            ends = f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "never"
            state = "revoked" if row.revoked_at else "in use"
            whose = names.get(row.person_id or "", "")
            table.add_row(row.credential_id, row.name, row.role, whose, f"{row.created_at:%Y-%m-%d}", ends, state)
    out.print(table)


@keys.command("revoke")
def revoke_key(credential_id: str) -> None:
    """Make a key worthless from now on."""
    with _service() as service:
        service.access.revoke(SYSTEM, credential_id)


@people.command("add")
def add_person(name: str, role: Annotated[str, typer.Option(help=f"One of {_ROLES}.")] = "hiring") -> None:
    """Add a person and show their personal link, this once."""
    with _service() as service:
        issued = service.access.add_person(SYSTEM, name, role)
        url = f"{service.context.settings.public_url.rstrip('/')}/enter/{issued.secret}"
    err.print(f"Link {issued.credential_id} for {name} ({role}). It is shown only now:", highlight=False)
    sys.stdout.write(f"{url}\n")


@people.command("list")
def list_people() -> None:
    """List the people and how long their links hold."""
    table = Table("Id", "Name", "Role", "Added", "Link ends", "State")
    with _service() as service:
        for row in service.access.people(SYSTEM):
            ends = f"{row.link.expires_at:%Y-%m-%d}" if row.link and row.link.expires_at else ""
            withdrawn = row.link is None or row.link.revoked_at is not None
            state = "removed" if row.removed_at else "link withdrawn" if withdrawn else "in use"
            table.add_row(row.person_id, row.name, row.role, f"{row.created_at:%Y-%m-%d}", ends, state)
    out.print(table)


@people.command("remove")
def remove_person(person_id: str) -> None:
    """Withdraw a person's links and keys; whoever came in by one is out at once."""
    with _service() as service:
        service.access.remove_person(SYSTEM, person_id)


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")]) -> None:
    """Copy the database to a file while the server runs."""
    with _service() as service:
        service.context.database.backup(to)
    out.print(f"Written to {to}.", highlight=False)
