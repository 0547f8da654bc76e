"""Redis as a cache that may fail in any way: then nothing is remembered, nobody turned away."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class ForgetfulCache(RedisCache):
    """Where Redis is away, loading, full or a read-only copy, what it refuses is forgotten.

    `get` finds nothing then, and `add` says that it added: so a limit on sign-in attempts does
    not hold meanwhile, and its lock is free.
    """

    def add(self, key: str, *args: Any, **kwargs: Any) -> bool:
        return self._try(super().add, True, key, *args, **kwargs)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._try(super().get, default, key, default, version)

    def set(self, key: str, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, None, key, *args, **kwargs)

    def touch(self, key: str, *args: Any, **kwargs: Any) -> bool:
        return self._try(super().touch, False, key, *args, **kwargs)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._try(super().delete, False, key, version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._try(super().has_key, False, key, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The new number; ValueError when none is there, as ever."""
        found = self._try(super().incr, None, key, delta, version)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return self._try(super().get_many, {}, keys, version)

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        return self._try(super().set_many, list(data), data, *args, **kwargs)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._try(super().delete_many, None, keys, version)

    # The stubs say that every cache clears without a word; Redis answers whether it did.
    def clear(self) -> bool:  # type: ignore[override]
        return self._try(super().clear, False)

    @staticmethod
    def _try(method: Callable, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except RedisError as error:
            log.warning("cache_unavailable", error=str(error))
            return otherwise
