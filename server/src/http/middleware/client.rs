//! Where a request comes from, for the limit on guessing passwords.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// The client's address: the peer's, or the one that our own outermost proxy saw.
///
/// Each trusted proxy adds one entry at the right of X-Forwarded-For; whatever stands further
/// left was written by the client and is not believed. IPv6 clients count by their /64, which is
/// what one subscriber has.
pub(crate) fn client_of(headers: &HeaderMap, peer: SocketAddr, trusted_proxies: usize) -> String {
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|entry| entry.trim().parse::<IpAddr>().ok())
        .collect::<Vec<_>>();
    let address = trusted_proxies
        .checked_sub(1)
        .and_then(|skipped| forwarded.iter().rev().nth(skipped))
        .copied()
        .unwrap_or_else(|| peer.ip());
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(forwarded: &str, trusted: usize) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        client_of(&headers, SocketAddr::from(([10, 0, 0, 1], 9)), trusted)
    }

    #[test]
    fn only_as_many_entries_are_believed_as_there_are_proxies() {
        assert_eq!(client("1.1.1.1, 2.2.2.2", 0), "10.0.0.1");
        assert_eq!(client("1.1.1.1, 2.2.2.2", 1), "2.2.2.2");
        assert_eq!(client("1.1.1.1, 2.2.2.2", 2), "1.1.1.1");
        assert_eq!(client("nonsense", 1), "10.0.0.1");
        assert_eq!(client("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64");
    }
}
