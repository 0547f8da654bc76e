from tests.worker import broker, worker

__all__ = ["broker", "worker"]
