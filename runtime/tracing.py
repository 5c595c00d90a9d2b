"""Traces of turns for OpenTelemetry, where its SDK is installed and an address is set.

`pip install "dialoom[traces]"` and OTEL_EXPORTER_OTLP_ENDPOINT, as with every other program.
"""

import logging
import os

from runtime.metering import Way, tell_ways_to

_log = logging.getLogger(__name__)


def start_tracing(service: str) -> bool:
    """Send traces from now on; False where nobody asked for them, or the SDK is missing."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return False
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning('no traces: pip install "dialoom[traces]"')
        return False
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("dialoom")

    def tell(way: Way) -> None:
        offset = way.began - way.at[0]
        with_times = zip(way.hops, way.at, way.at[1:], strict=False)
        whole = tracer.start_span("turn", start_time=way.began)
        inside = trace.set_span_in_context(whole)
        for hop, start, stop in with_times:
            span = tracer.start_span(hop, context=inside, start_time=start + offset)
            span.end(stop + offset)
        whole.end(way.at[-1] + offset)

    tell_ways_to(tell)
    return True
