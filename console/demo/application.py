"""moto as one WSGI application, with our own services beside it and proper errors for what nobody answers."""

from __future__ import annotations

import logging
import re
from typing import Any, Final, cast

from botocore.exceptions import UnknownServiceError
from flask import Flask, Response, request
from moto.backend_index import backend_url_patterns
from moto.backends import list_of_moto_modules
from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import convert_to_flask_response, service_name_from_moto_package_name
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound

from console.demo.services.shapes import ADDED, OWN, refuse

_log = logging.getLogger(__name__)
_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
_CONTROLS: Final = "moto_api"
"""moto's own module that resets, seeds and records it; some names of services lead to it, too."""

_HOST: Final = re.compile(r"(?P<service>[^.]+)\..*amazonaws\.com")


class Dispatcher(DomainDispatcherApplication):
    """Sends each request to the application of its service, which it knows by the request's signature."""

    def __init__(self) -> None:
        super().__init__(create_app)

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of the service behind a host name; of one that moto does not know, the signing name."""
        unknown = _HOST.fullmatch(host or "")
        if unknown and not any(pattern.match(f"http://{host}") for _, pattern in backend_url_patterns):
            return unknown["service"]
        return super().get_backend_for_host(host)


def create_app(service: str) -> Flask:
    """The application of one service: moto's, our own, or one that says that there is none."""
    if service in list_of_moto_modules() and service != _CONTROLS:
        app = create_backend_app(service)  # type: ignore[arg-type]
        app.debug = False
        # moto routes only the paths that it answers; the others go where our answers were added.
        ours = next((a.responses for a in ADDED if a.responses.__module__.split(".")[1] == service), None)
        views: list[Any] = [convert_to_flask_response(ours.dispatch)] if ours else []
    else:
        app = Flask("demo")
        app.request_class = BackendRequest
        views = [convert_to_flask_response(OWN[service].dispatch) if service in OWN else _nobody]
    for view in views:
        for rule in ("/", "/<path:path>"):
            app.add_url_rule(rule, f"demo {rule}", view, methods=_METHODS)
    app.register_error_handler(Exception, lambda error: _failed(service, error))
    return app


def _nobody(path: str = "") -> Response:
    raise NotImplementedError(f"{request.method} /{path}")


def _failed(service: str, error: Exception) -> Response:
    """Answer in the service's own protocol: 501 for what moto lacks, 500 for what fails in it.

    moto's answer would be a page of HTML, which botocore cannot read. A client does not retry a 501.
    """
    lacking = isinstance(error, (NotImplementedError, NotFound))
    if not lacking:
        _log.error("%s %s %s failed", service, request.method, request.path, exc_info=error)
    code, status = ("NotImplemented", 501) if lacking else ("InternalFailure", 500)
    try:
        responses = BaseResponse(service_name_from_moto_package_name(service))
        responses.setup_class(cast(Request, request))
        problem = refuse(code, f"The embedded AWS of the demo cannot answer this: {error}")
        _, headers, body = responses.serialized(ActionResult(problem))
    except UnknownServiceError:
        headers, body = {"x-amzn-errortype": code}, f'{{"__type": "{code}"}}'
    return Response(body, status, headers)
