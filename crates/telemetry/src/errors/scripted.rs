//! A client for tests that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};

use super::rollbar::{ENDPOINT, Rollbar};

/// What is answered: a status with a header, or nothing at all.
pub(super) type Script = Option<(u16, Option<(&'static str, &'static str)>)>;

/// What was asked, and what is answered next; after the last one all is well.
#[derive(Debug, Default)]
pub(super) struct Scripted {
    pub(super) asked: Mutex<Vec<Request<Bytes>>>,
    answers: Mutex<VecDeque<Script>>,
}

impl Scripted {
    pub(super) fn rollbar(answers: &[Script]) -> (Arc<Self>, Rollbar) {
        let answers = Mutex::new(answers.iter().copied().collect());
        let client = Arc::new(Self { answers, ..Self::default() });
        let rollbar = Rollbar::new(ENDPOINT.parse().unwrap(), "test".to_owned(), client.clone());
        (client, rollbar)
    }

    pub(super) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait::async_trait]
impl HttpClient for Scripted {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        self.asked.lock().unwrap().push(request);
        let next = self.answers.lock().unwrap().pop_front();
        let Some((status, header)) = next.unwrap_or(Some((200, None))) else {
            return Err("hung up".into());
        };
        let mut answer = Response::builder().status(status);
        if let Some((name, value)) = header {
            answer = answer.header(name, value);
        }
        Ok(answer.body(Bytes::new())?)
    }
}
