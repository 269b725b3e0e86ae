//! Reading a source as the compiler does: without comments, documentation and tests.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens of a source, but for its documentation and for what is compiled for tests only.
pub(crate) fn tokens(text: &str) -> Vec<TokenTree> {
    let tokens: TokenStream = text.parse().unwrap();
    without_attributes(tokens)
}

fn without_attributes(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let is_inner = |token: &TokenTree| token.to_string() == "!";
                let inner = tokens.next_if(is_inner);
                let Some(TokenTree::Group(attribute)) = tokens.next_if(is_bracket) else {
                    kept.push(hash.into());
                    kept.extend(inner);
                    continue;
                };
                let attribute = attribute.stream();
                if attribute.to_string() == "cfg (test)" {
                    skip_item(&mut tokens);
                } else if !attribute.to_string().starts_with("doc ") {
                    kept.extend(without_attributes(attribute));
                }
            }
            TokenTree::Group(group) => {
                let inside = without_attributes(group.stream()).into_iter().collect();
                kept.push(Group::new(group.delimiter(), inside).into());
            }
            other => kept.push(other),
        }
    }
    kept
}

fn is_bracket(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// Passes over an item: to its body, or to its semicolon.
fn skip_item(tokens: &mut impl Iterator<Item = TokenTree>) {
    let mut is_import = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == "use" => is_import = true,
            TokenTree::Punct(end) if end.as_char() == ';' => return,
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace && !is_import => return,
            _ => {}
        }
    }
}

/// The text literals of a source as they are written, each with its line.
pub(crate) fn literals(text: &str) -> Vec<(usize, String)> {
    fn walk(tokens: impl IntoIterator<Item = TokenTree>, found: &mut Vec<(usize, String)>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => walk(group.stream(), found),
                TokenTree::Literal(literal) if literal.to_string().contains('"') => {
                    found.push((literal.span().start().line, literal.to_string()));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(tokens(text), &mut found);
    found
}

#[test]
fn literals_are_those_of_the_product() {
    let text = r##"
        //! "a comment"
        /// "documentation"
        #[cfg(test)]
        use std::{fmt, "of a test"};
        #[derive(Debug)]
        #[error("an attribute")]
        struct Plain('"', b"bytes", r#"raw "text""#);
        #[cfg(test)]
        mod tests { const A: &str = "of a test"; }
        const B: &str = view! { <p class="in a macro">{x}</p> };
    "##;
    let found: Vec<_> = literals(text).into_iter().map(|(_, literal)| literal).collect();
    let expected =
        [r#""an attribute""#, r#"'"'"#, r#"b"bytes""#, r##"r#"raw "text""#"##, r#""in a macro""#];
    assert_eq!(found, expected);
}
