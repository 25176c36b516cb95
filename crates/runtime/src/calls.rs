//! Every call to a service of AWS: a span of its own, whose id the service gets as the parent of what it does.
//!
//! The SDK hands on the trace that Lambda names (`_X_AMZN_TRACE_ID`), so that what it calls hangs under the function's own
//! segment; this puts it under the call. Where no spans are collected nothing is changed.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::region::Region;
use opentelemetry::global::BoxedSpan;
use opentelemetry::trace::{Span as _, SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use tattletrail_telemetry::names::field;
use tattletrail_telemetry::trace;

/// The header in which a trace travels.
const HEADER: &str = "x-amzn-trace-id";

/// What Lambda recognises loops by: it must go on (Lambda developer guide, "Recursive loop detection").
const LINEAGE: &str = "Lineage=";

/// Under which names services tell their ids of a call.
const REQUEST_IDS: [&str; 2] = ["x-amzn-requestid", "x-amz-request-id"];

/// An interceptor of one client. Its service is named as X-Ray names it.
#[derive(Debug)]
pub struct Traced(pub &'static str);

/// The span of a call under way.
#[derive(Debug)]
struct Call(BoxedSpan);

impl Storable for Call {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Traced {
    fn name(&self) -> &'static str {
        "Traced"
    }

    /// The first hook that knows the operation.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let context = Context::current();
        if !context.span().span_context().is_valid() {
            return Ok(());
        }
        let operation =
            cfg.load::<Metadata>().map_or_else(|| "call".to_owned(), |said| said.name().to_owned());
        let region = cfg.load::<Region>().map(|region| region.as_ref().to_owned());
        let mut attributes = vec![
            KeyValue::new("rpc.system", "aws-api"),
            KeyValue::new(field::AWS_SERVICE, self.0),
            KeyValue::new(field::OPERATION, operation.clone()),
        ];
        attributes.extend(region.map(|region| KeyValue::new(field::REGION, region)));
        let builder = SpanBuilder::from_name(format!("{}.{operation}", self.0));
        let builder = builder.with_kind(SpanKind::Client).with_attributes(attributes);
        let span = opentelemetry::global::tracer("tattletrail").build_with_context(builder, &context);
        cfg.interceptor_state().store_put(Call(span));
        Ok(())
    }

    /// After the signature, which never covers this header.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Call(span)) = cfg.load::<Call>() else { return Ok(()) };
        let Some(mut line) = trace::header_of(span.span_context()) else { return Ok(()) };
        let headers = context.request_mut().headers_mut();
        let lineage =
            headers.get(HEADER).and_then(|old| old.split(';').find(|part| part.starts_with(LINEAGE)));
        if let Some(lineage) = lineage {
            line = format!("{line};{lineage}");
        }
        headers.try_insert(HEADER, line)?;
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Call(span)) = cfg.get_mut_from_interceptor_state::<Call>() else { return Ok(()) };
        if let Some(response) = context.response() {
            span.set_attribute(KeyValue::new(field::HTTP_STATUS, i64::from(response.status().as_u16())));
            span.set_attributes(request_id(response).map(|id| KeyValue::new(field::AWS_REQUEST_ID, id)));
        }
        // The SDK has an error for it, and it is what was asked about: nothing is new.
        let is_unchanged = context.response().is_some_and(|response| response.status().as_u16() == 304);
        if !is_unchanged && matches!(context.output_or_error(), Some(Err(_)) | None) {
            let kind = if context.response().is_some() { "refused" } else { "no answer" };
            span.set_attribute(KeyValue::new(field::ERROR_TYPE, kind));
            span.set_status(Status::error(kind));
        }
        span.end();
        Ok(())
    }
}

fn request_id(response: &HttpResponse) -> Option<String> {
    REQUEST_IDS.iter().find_map(|name| response.headers().get(*name)).map(str::to_owned)
}
