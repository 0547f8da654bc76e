"""Redis as a cache that may be away: then nothing is remembered, and nobody is turned away."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = structlog.get_logger(__name__)


class ForgetfulCache(RedisCache):
    """Without Redis, `get` finds nothing, and `add` says that it added.

    So a limit on sign-in attempts does not hold while Redis is away, and its lock is free.
    """

    def add(self, key: str, *args: Any, **kwargs: Any) -> bool:
        return self._try(super().add, True, key, *args, **kwargs)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._try(super().get, default, key, default, version)

    def set(self, key: str, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, None, key, *args, **kwargs)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._try(super().delete, False, key, version)

    @staticmethod
    def _try(method: Callable, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("cache_unavailable", error=str(error))
            return otherwise
