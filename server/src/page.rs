//! What a browser sees at the relay's address: what this is and how to join, the same for everybody.
//!
//! One file without anything from elsewhere, and a policy that lets the browser load nothing, run nothing and show it in no
//! frame. It knows nothing of the workspaces that there are.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page.html");

static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| policy(PAGE).parse().ok());

/// Answers a browser. A program that asks for a WebSocket here has the wrong address, and must not take this for the page of
/// a network that wants somebody to sign in.
pub(crate) async fn page(headers: HeaderMap) -> Response {
    let policy = POLICY.clone().filter(|_| !headers.contains_key(header::UPGRADE));
    let Some(policy) = policy else {
        return (StatusCode::NOT_FOUND, "a workspace is at /sync/WORKSPACE\n").into_response();
    };
    let said: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (said, PAGE).into_response()
}

/// What the browser may do with the page: use its one style, which is named by its hash, and nothing else.
fn policy(page: &str) -> String {
    let style = between(page, "<style>", "</style>");
    let hash = BASE64.encode(&Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_that_its_policy_forbids() {
        assert_eq!(PAGE.matches("<style").count(), 1);
        assert!(!between(PAGE, "<style>", "</style>").is_empty());
        for forbidden in [
            "<script", "style=", "src=", "href=", "http:", "https:", "url(", "@import", "<form", "on",
            "<base",
        ] {
            let found = match forbidden {
                // A handler of events.
                "on" => PAGE.split_whitespace().any(|word| word.starts_with("on") && word.contains('=')),
                forbidden => PAGE.contains(forbidden),
            };
            assert!(!found, "{forbidden}");
        }
    }

    #[test]
    fn the_policy_names_the_style_as_it_stands_in_the_page() {
        // SHA-256 of "a{}".
        let policy = policy("<style>a{}</style>");
        let hash = BASE64.encode(&Sha256::digest(b"a{}"));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{policy}");
        assert!(POLICY.is_some());
    }

    #[test]
    fn it_says_the_same_in_both_languages() {
        let count = |language: &str, tag: &str| {
            let section = between(PAGE, &format!("<section lang=\"{language}\">"), "</section>");
            section.matches(tag).count()
        };
        for tag in ["<h2>", "<h3>", "<p>", "<li>", "samsyn join"] {
            assert_eq!(count("sv", tag), count("en", tag), "{tag}");
            assert!(count("sv", tag) > 0, "{tag}");
        }
    }
}
