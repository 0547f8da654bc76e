"""The demo's people. Which of them exist is decided here; their data is made by load_demo."""

from typing import NamedTuple

from accelerator.models.people import DEMO_DOMAIN

PASSWORD = "demo"  # noqa: S105 (a published password; demo mode refuses to run in production)


class DemoAccount(NamedTuple):
    email: str
    name: str
    label: str
    text: str


ACCOUNTS = [
    DemoAccount(f"{local}@{DEMO_DOMAIN}", name, label, text)
    for local, name, label, text in (
        ("lead", "Amina Yusuf", "Project lead", "Rates the framework, attaches evidence, submits"),
        ("deputy", "Rosa Lindqvist", "Deputy lead", "Does what the project lead does"),
        ("member", "Tom Price", "Team member", "Rates with the project lead"),
        ("sponsor", "Grace Okafor", "Senior sponsor", "Reads the assessment"),
        ("adviser", "Mina Castell", "Adviser", "Supports one organisation through the year"),
        ("coach-a", "Helen Marsh", "Coach, first institution", "Reviews blind"),
        ("coach-b", "Idris Bevan", "Coach, second institution", "Reviews blind"),
        ("moderator", "Ruth Adeyemi", "Moderator", "Settles what coaches see differently"),
        ("hub", "Sam Whitlock", "Learning Hub staff", "Runs the cohort"),
        ("funder", "Priya Nair", "Match funder", "Reads anonymised insights"),
        ("applicant", "Leo Hart", "Applicant", "Is not part of a cohort yet"),
    )
]
