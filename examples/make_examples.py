"""Makes the example résumés again: `python examples/make_examples.py`. Everybody and every firm in them is invented."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import XPos, YPos

HERE = Path(__file__).parent
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Job:
    title: str
    where: str
    when: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Resume:
    name: str
    role: str
    contact: tuple[str, ...]
    profile: str
    jobs: tuple[Job, ...]
    education: tuple[str, ...]
    skills: tuple[str, ...]
    extras: tuple[str, tuple[str, ...]]
    colour: Colour


ENGINEER = Resume(
    "Mara Lindqvist",
    "Backend engineer",
    ("mara.lindqvist@example.com", "+44 20 7946 0182", "Leeds, United Kingdom", "github.example/maralindqvist"),
    "Backend engineer with seven years of experience in payments and logistics. Builds and runs services in Python and "
    "Go, cares about plain designs, tests that catch real faults and alerts that mean something.",
    (
        Job(
            "Senior backend engineer", "Harbourline Payments, Leeds", "March 2021 - today",
            (
                "Own the settlement service (Python, FastAPI, PostgreSQL) that pays 4,100 merchants every night.",
                "Cut the 95th percentile of the payout API from 1.9 s to 320 ms with two indexes and a read replica.",
                "Led the move from batch files to an event queue (Kafka); failed payouts fell from 2.3 % to 0.4 %.",
                "Share the on-call rota; wrote the incident review template that four teams now use.",
                "Mentor two junior engineers; both now lead small projects of their own.",
            ),
        ),
        Job(
            "Backend engineer", "Kestrel Freight, Hull", "August 2018 - February 2021",
            (
                "Built the shipment tracking API in Go, serving about 900 requests a second at peak.",
                "Split the booking part out of a Django monolith behind a feature flag, without downtime.",
                "Brought contract tests to three teams; integration faults found after release fell by half.",
            ),
        ),
        Job(
            "Software developer", "Fernhill Software, York", "September 2017 - July 2018",
            ("Wrote import and reporting jobs in Python for a property management system.",),
        ),
    ),
    ("BSc Computer Science, University of Eastmoor, 2014 - 2017, first class honours",),
    (
        "Python, Go, SQL", "FastAPI, Django, gRPC, REST", "PostgreSQL, Redis, Kafka", "Docker, Kubernetes, Terraform",
        "Prometheus, Grafana, OpenTelemetry", "pytest, contract tests, load tests",
    ),
    ("Languages", ("English (fluent)", "Swedish (native)")),
    (28, 69, 110),
)  # fmt: skip

NURSE = Resume(
    "Daniel Okoro",
    "Registered nurse",
    ("daniel.okoro@example.com", "+1 555 0147", "Brightwater, Oregon"),
    "Registered nurse with six years of experience on acute medical and step-down wards. Calm with deteriorating "
    "patients, clear with worried families, careful with medication. Charge nurse on nights since 2022.",
    (
        Job(
            "Registered nurse, acute medical ward", "Brightwater General Hospital", "June 2020 - today",
            (
                "Care for five to six patients a shift on a 28-bed ward, many with heart failure, sepsis or diabetes.",
                "Charge nurse on nights: assign patients, admit, escalate and support two newly qualified nurses.",
                "Led a falls project: hourly rounds and a bedside checklist; falls went from nine to four a quarter.",
                "Precept nursing students; eleven so far, all passed their placement.",
            ),
        ),
        Job(
            "Registered nurse, rehabilitation", "Oakmere Rehabilitation Center", "July 2018 - May 2020",
            (
                "Cared for patients after stroke and joint replacement, from admission to discharge.",
                "Rewrote the discharge leaflet in plain words; calls after discharge fell by a third.",
            ),
        ),
        Job(
            "Nursing assistant", "Pinecrest Care Home", "2015 - 2018",
            ("Helped twenty residents with daily care while studying.",),
        ),
    ),
    (
        "BSc Nursing, Cascade Valley College, 2018",
        "Advanced cardiac life support, renewed 2024; basic life support instructor, 2023",
    ),
    (
        "Acute assessment, early warning scores", "Intravenous therapy, central lines", "Wound care, diabetes teaching",
        "Electronic health records", "Handover in SBAR", "Precepting",
    ),
    ("Languages", ("English (native)", "Spanish (working knowledge)")),
    (20, 99, 86),
)  # fmt: skip

SELLER = Resume(
    "Tomás Ferreira",
    "Account executive",
    ("tomas.ferreira@example.com", "+353 1 555 0119", "Dublin, Ireland"),
    "Account executive with five years of experience selling software to mid-size manufacturers and retailers. Plans "
    "the territory, finds the real problem before showing anything, and stays until the customer uses what was bought.",
    (
        Job(
            "Account executive, mid-market", "Tallyport Software, Dublin", "January 2021 - today",
            (
                "Closed 1.34 million euros of new yearly revenue in 2023, 112 % of quota; 104 % the year before.",
                "Run the whole cycle of 60 to 120 days with 8 to 10 open deals, average deal 38,000 euros.",
                "Built a mutual plan template with customer success; slipped deals fell from 41 % to 24 %.",
                "Keep the forecast within 8 % of the result, four quarters in a row.",
            ),
        ),
        Job(
            "Sales development representative", "Tallyport Software, Dublin", "March 2019 - December 2020",
            (
                "Booked 14 qualified meetings a month on average against a target of ten.",
                "Wrote the call guide for food manufacturers, still used for training.",
            ),
        ),
        Job(
            "Shop supervisor", "Corrigan Outdoor, Galway", "2016 - 2019",
            ("Led six part-time staff; the shop's best year of rental sales in 2018.",),
        ),
    ),
    ("BA Business and Spanish, Westbridge Institute, Galway, 2018",),
    (
        "Discovery and qualification", "Territory planning", "Negotiation", "Forecasting, pipeline reviews",
        "Salesforce, Gong, Outreach", "Product demonstrations",
    ),
    ("Languages", ("English (native)", "Portuguese (native)", "Spanish (fluent)")),
    (122, 48, 40),
)  # fmt: skip


class Page(FPDF):
    """An A4 page with one text width, headings in the résumé's colour."""

    def __init__(self, resume: Resume, left: float) -> None:
        super().__init__(format="A4")
        self.resume = resume
        self.set_margins(left, 16, 18)
        self.set_auto_page_break(True, 14)
        self.set_title(f"{resume.name}, {resume.role}")
        self.set_creation_date(datetime(2024, 5, 1, tzinfo=UTC))  # the same bytes each time
        self.add_page()

    def line_of(
        self, text: str, size: float = 10, style: str = "", colour: Colour = (34, 34, 34), gap: float = 5
    ) -> None:
        self.set_font("Helvetica", style, size)
        self.set_text_color(*colour)
        self.multi_cell(0, gap, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def heading(self, text: str) -> None:
        self.ln(3)
        self.line_of(text, 12.5, "B", self.resume.colour, 7)
        self.set_draw_color(*self.resume.colour)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def bullet(self, text: str) -> None:
        self.set_font("Helvetica", "", 10)
        self.set_text_color(34, 34, 34)
        self.cell(4, 5, "·")
        self.multi_cell(0, 5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def jobs(self) -> None:
        self.heading("Experience")
        for job in self.resume.jobs:
            self.line_of(job.title, 10.5, "B")
            self.line_of(f"{job.where}  |  {job.when}", 9.5, "I", (90, 90, 90))
            for point in job.points:
                self.bullet(point)
            self.ln(1.5)

    def listed(self, title: str, lines: tuple[str, ...]) -> None:
        self.heading(title)
        for line in lines:
            self.bullet(line)


def one_column(resume: Resume) -> Page:
    page = Page(resume, 18)
    page.line_of(resume.name, 24, "B", resume.colour, 11)
    page.line_of(resume.role, 13, "", (90, 90, 90), 7)
    page.line_of("  |  ".join(resume.contact), 9.5, "", (90, 90, 90))
    page.heading("Profile")
    page.line_of(resume.profile)
    page.jobs()
    page.listed("Education", resume.education)
    page.heading("Skills")
    page.line_of("; ".join(resume.skills))
    page.listed(*resume.extras)
    return page


def with_sidebar(resume: Resume) -> Page:
    page = Page(resume, 74)
    page.set_fill_color(*resume.colour)
    page.rect(0, 0, 64, page.h, style="F")
    page.set_margins(74, 16, 16)
    page.set_xy(74, 16)
    page.line_of(resume.name, 24, "B", resume.colour, 11)
    page.line_of(resume.role, 13, "", (90, 90, 90), 7)
    page.heading("Profile")
    page.line_of(resume.profile)
    page.jobs()
    page.listed("Education", resume.education)
    page.set_margins(8, 16, page.w - 60)
    page.set_xy(8, 18)
    for title, lines in (("Contact", resume.contact), ("Skills", resume.skills), resume.extras):
        page.line_of(title, 12, "B", (255, 255, 255), 8)
        for line in lines:
            page.line_of(line, 9.5, "", (255, 255, 255), 5.2)
        page.ln(5)
    return page


def docx(resume: Resume) -> dict[str, str]:
    """The parts of a Word file with the same words."""

    def paragraph(text: str, size: int = 20, *, bold: bool = False) -> str:
        style = f'{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/>'
        return f'<w:p><w:r><w:rPr>{style}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'

    def section(title: str, lines: tuple[str, ...]) -> list[str]:
        return [paragraph(title, 26, bold=True), *map(paragraph, lines)]

    body = [paragraph(resume.name, 44, bold=True), paragraph(resume.role, 26), paragraph("  |  ".join(resume.contact))]
    body += [*section("Profile", (resume.profile,)), *section("Experience", ())]
    for job in resume.jobs:
        body += [
            paragraph(job.title, 22, bold=True),
            paragraph(f"{job.where}  |  {job.when}"),
            *map(paragraph, job.points),
        ]
    body += [
        *section("Education", resume.education),
        *section("Skills", ("; ".join(resume.skills),)),
        *section(*resume.extras),
    ]
    schemas = "http://schemas.openxmlformats.org"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return {
        "[Content_Types].xml": f'{start}<Types xmlns="{schemas}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'{start}<Relationships xmlns="{schemas}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{schemas}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{start}<w:document xmlns:w="{schemas}/wordprocessingml/2006/main">'
        f"<w:body>{''.join(body)}</w:body></w:document>",
    }


def main() -> None:
    one_column(ENGINEER).output(HERE / "backend-engineer" / "resume.pdf")
    one_column(NURSE).output(HERE / "registered-nurse" / "resume.pdf")
    with_sidebar(SELLER).output(HERE / "account-executive" / "resume.pdf")
    with zipfile.ZipFile(HERE / "backend-engineer" / "resume.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in docx(ENGINEER).items():
            archive.writestr(zipfile.ZipInfo(name), xml)


if __name__ == "__main__":
    main()
