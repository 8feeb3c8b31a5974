"""When Prefect's own engine fires schedules: epoch milliseconds, for each question."""

import json
import sys
from datetime import datetime, timezone

from prefect.server.schemas.schedules import CronSchedule


def moment(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def fired(question):
    schedule = CronSchedule(
        cron=question["cron"], timezone=question["timezone"], day_or=True
    )
    dates = schedule._get_dates_generator(
        n=question["count"], start=moment(question["fromMs"])
    )
    return sorted(round(date.timestamp() * 1000) for date in dates)


def main():
    print(json.dumps([fired(question) for question in json.load(sys.stdin)]))


main()
