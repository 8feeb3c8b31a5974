"""Makes the global concurrency limits that the steps of this project wait for."""

from prefect.client.orchestration import get_client

LIMITS = {"shop_warehouse_main_49f78612": 2}


def main() -> None:
    """Makes each limit, or sets it to its size."""
    with get_client(sync_client=True) as client:
        for name, limit in LIMITS.items():
            client.upsert_global_concurrency_limit_by_name(name, limit)


if __name__ == "__main__":
    main()
