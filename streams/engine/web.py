"""The worker's pages, on Faust's web server: metrics, readiness, health, figures as JSON."""

from typing import TYPE_CHECKING

import orjson
from aiohttp import web
from faust.web.base import BlueprintManager
from prometheus_client.exposition import choose_encoder

from streams.engine.telemetry import PipelineCollector, healthy
from streams.sinks.live import live_figures
from streams.sinks.prometheus import FiguresCollector, registry

if TYPE_CHECKING:
    from streams.engine.worker import Worker


def serve(worker: "Worker") -> None:
    """Adds the pages to the worker's app; before it starts."""
    own = registry(FiguresCollector(worker.plan, worker.boards), PipelineCollector(worker))

    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(own), headers={"Content-Type": content_type})

    async def ready(request: web.Request) -> web.Response:
        return _answer(worker.ready(), "ready", "recovering")

    async def health(request: web.Request) -> web.Response:
        return _answer(healthy(worker), "making progress", "no checkpoint for too long")

    async def figures(request: web.Request) -> web.Response:
        shown = live_figures(worker.plan, worker.boards())
        return web.Response(body=orjson.dumps(shown), content_type="application/json")

    worker.app.web.blueprints = BlueprintManager()  # none of Faust's own pages
    router = worker.app.web.web_app.router
    router.add_get("/metrics", metrics)
    router.add_get("/ready", ready)
    router.add_get("/healthy", health)
    router.add_get("/figures", figures)


def _answer(good: bool, yes: str, no: str) -> web.Response:
    return web.Response(text=(yes if good else no) + "\n", status=200 if good else 503)
