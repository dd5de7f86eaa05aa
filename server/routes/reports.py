"""Dashboards and reports: what they show, the records behind a number, what it means."""

from typing import Annotated, Any

from fastapi import Body, Request, Response

from server.openapi import gives
from server.reading import api, given
from server.requests import asked
from server.responses import answer
from server.shapes import reports as t

router = api()
Values = Annotated[dict[str, Any], Body()]


@router.get("/dashboards")
@gives(t.DashboardList)
def list_dashboards(request: Request) -> Response:
    """Return the dashboards that I may open."""
    one = asked(request)
    return answer({"dashboards": one.clinic.reports.dashboards(one.actor)})


@router.get("/dashboards/{key}")
@gives(t.Dashboard)
def get_dashboard(request: Request, key: str) -> Response:
    """Return a dashboard: its filters with what they offer, its charts in their places."""
    one = asked(request)
    return answer(one.clinic.reports.dashboard(one.actor, key))


@router.post("/dashboards/{key}/ask")
@gives(t.BoardAnswer, takes=t.BoardAsk)
def ask_dashboard(request: Request, key: str, values: Values) -> Response:
    """Return the figures of several charts, all of one moment; what is wrong with one is told there alone."""
    one = asked(request)
    return answer({"cells": one.clinic.reports.ask(one.actor, key, given(values, "cells", list) or [])})


@router.post("/dashboards/{key}/records")
@gives(t.Behind, takes=t.PointAsk)
def dashboard_records(request: Request, key: str, values: Values) -> Response:
    """Return the records behind a point of a chart, as a list of records takes them."""
    one = asked(request)
    return answer(one.clinic.reports.behind(one.actor, key, values))


@router.post("/dashboards/{key}/explain")
@gives(t.Explained, takes=t.PointAsk)
def explain_dashboard(request: Request, key: str, values: Values) -> Response:
    """Return what a number means, how far to trust it, and why it changed."""
    one = asked(request)
    return answer(one.clinic.reports.explain(one.actor, key, values))


@router.get("/reports")
@gives(t.ReportList)
def list_reports(request: Request) -> Response:
    """Return the reports that I may open."""
    one = asked(request)
    return answer({"reports": one.clinic.reports.reports(one.actor)})


@router.post("/reports/run")
@gives(t.ReportAnswer, takes=t.RunAsk)
def run_report(request: Request, values: Values) -> Response:
    """Return the answer of a report of my own, with the right to build them."""
    one = asked(request)
    return answer(one.clinic.reports.run(one.actor, given(values, "report", dict) or {}, values))


@router.get("/reports/{key}")
@gives(t.ReportPage)
def get_report(request: Request, key: str) -> Response:
    """Return a report with the filters that it takes."""
    one = asked(request)
    return answer(one.clinic.reports.report_page(one.actor, key))


@router.post("/reports/{key}/ask")
@gives(t.ReportAnswer, takes=t.ReportAsk)
def ask_report(request: Request, key: str, values: Values) -> Response:
    """Return the figure and the table of a report."""
    one = asked(request)
    return answer(one.clinic.reports.ask_report(one.actor, key, values))


@router.post("/reports/{key}/records")
@gives(t.Behind, takes=t.PointAsk)
def report_records(request: Request, key: str, values: Values) -> Response:
    """Return the records behind a point of a report, as a list of records takes them."""
    one = asked(request)
    return answer(one.clinic.reports.behind(one.actor, key, values, is_report=True))


@router.post("/reports/{key}/explain")
@gives(t.Explained, takes=t.PointAsk)
def explain_report(request: Request, key: str, values: Values) -> Response:
    """Return what a number of a report means, how far to trust it, and why it changed."""
    one = asked(request)
    return answer(one.clinic.reports.explain(one.actor, key, values, is_report=True))


@router.get("/datasets")
@gives(t.Offered)
def list_datasets(request: Request) -> Response:
    """Return what reports can be made of: facts, dimensions, measures, kinds of question and of chart."""
    one = asked(request)
    return answer(one.clinic.reports.offered(one.actor))
