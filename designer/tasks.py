"""Celery: lets scheduled releases out when their time has come. A thin door, safe to run twice."""

from celery import shared_task

from designer.publications import publish_due
from runtime.services import portal


@shared_task(name="designer.publish_due", ignore_result=True)
def publish_due_releases() -> None:
    """Let everything out whose time has come."""
    publish_due(portal())
