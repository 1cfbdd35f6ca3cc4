//! The words of a filter: winnow reads them one after the other and never goes back.

use uuid::Uuid;
use winnow::Parser as _;
use winnow::combinator::{dispatch, fail, opt, peek};
use winnow::error::ParserError;
use winnow::stream::{LocatingSlice, Location as _};
use winnow::token::{any, take, take_till, take_while};

use super::{Literal, Problem};

type Input<'a> = LocatingSlice<&'a str>;

/// One word or sign, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    /// Bytes before it.
    pub(super) at: usize,
    /// As it is written.
    pub(super) text: &'a str,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A name, an operator or a keyword: which of them depends on where it stands.
    Word,
    Literal(Literal),
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    End,
}

/// Why there is no next token.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) problem: Problem,
}

/// Hands out tokens from left to right.
pub(super) struct Tokens<'a>(Input<'a>);

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(LocatingSlice::new(text))
    }

    /// The next token; [`TokenKind::End`] for ever once the text is over.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Fault> {
        let input = &mut self.0;
        take_while(0.., char::is_whitespace).void().parse_next(input)?;
        let at = input.current_token_start();
        let (kind, text) =
            if input.is_empty() { (TokenKind::End, "") } else { token.with_taken().parse_next(input)? };
        Ok(Token { at, text, kind })
    }
}

impl ParserError<Input<'_>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let problem = match input.chars().next() {
            Some('"' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}') => Problem::WrongQuotes,
            Some(character) => Problem::UnexpectedCharacter(character),
            None => Problem::UnterminatedText,
        };
        Self { at: input.current_token_start(), problem }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn token(input: &mut Input<'_>) -> Result<TokenKind, Fault> {
    // Only a GUID can begin with a digit or a letter alike, so it is looked for first; its length is fixed.
    if let Some(guid) = guid_ahead(input) {
        return take(GUID_LENGTH).value(TokenKind::Literal(Literal::Guid(guid))).parse_next(input);
    }
    dispatch! {peek(any);
        '(' => any.value(TokenKind::Open),
        ')' => any.value(TokenKind::Close),
        ',' => any.value(TokenKind::Comma),
        '/' => any.value(TokenKind::Slash),
        ':' => any.value(TokenKind::Colon),
        '\'' => quoted.map(|text| TokenKind::Literal(Literal::String(text))),
        '-' => negative,
        '+' => positive,
        '0'..='9' => numeric,
        first if is_word_start(first) => word,
        _ => fail,
    }
    .parse_next(input)
}

/// Text between single quotes, doubled quotes halved.
fn quoted(input: &mut Input<'_>) -> Result<String, Fault> {
    let unterminated = Fault { at: input.current_token_start(), problem: Problem::UnterminatedText };
    any.void().parse_next(input)?;
    let mut text = String::new();
    loop {
        let part: &str = take_till(0.., '\'').parse_next(input)?;
        text.push_str(part);
        if opt('\'').parse_next(input)?.is_none() {
            return Err(unterminated);
        }
        if opt('\'').parse_next(input)?.is_none() {
            return Ok(text);
        }
        text.push('\'');
    }
}

fn negative(input: &mut Input<'_>) -> Result<TokenKind, Fault> {
    if input.starts_with("-INF") {
        return take(4_usize).value(TokenKind::Literal(Literal::Double(f64::NEG_INFINITY))).parse_next(input);
    }
    if input[1..].starts_with(|next: char| next.is_ascii_digit()) {
        return numeric(input);
    }
    Err(Fault { at: input.current_token_start(), problem: Problem::Unsupported("arithmetic ('-')".to_owned()) })
}

/// Where a plus sign arrives as such and not as a space: `%2B5`.
fn positive(input: &mut Input<'_>) -> Result<TokenKind, Fault> {
    if input[1..].starts_with(|next: char| next.is_ascii_digit()) { numeric(input) } else { fail(input) }
}

fn numeric(input: &mut Input<'_>) -> Result<TokenKind, Fault> {
    let at = input.current_token_start();
    let text: &str =
        take_while(1.., |character: char| character.is_ascii_alphanumeric() || "+-.:_".contains(character))
            .parse_next(input)?;
    Literal::from_numeric(text).map(TokenKind::Literal).map_err(|problem| Fault { at, problem })
}

/// A name, or the name of a type with a quoted member right behind it.
fn word(input: &mut Input<'_>) -> Result<TokenKind, Fault> {
    let at = input.current_token_start();
    let name: &str = take_while(1.., is_word_part).parse_next(input)?;
    if !input.starts_with('\'') {
        return Ok(TokenKind::Word);
    }
    let member = quoted(input)?;
    if !is_type_name(name) {
        return Err(Fault { at, problem: foreign_literal(name) });
    }
    Ok(TokenKind::Literal(Literal::Enum { type_name: name.to_owned(), member }))
}

/// Types that are written in front of a quoted value, in OData 4 or before, and are none of ours.
fn foreign_literal(prefix: &str) -> Problem {
    let mut known = ["duration", "binary", "geography", "geometry"].into_iter();
    match known.find(|known| known.eq_ignore_ascii_case(prefix)) {
        Some(known) => Problem::Unsupported(format!("a literal of the type {known}")),
        None => Problem::UnknownLiteralForm(Problem::shown(prefix)),
    }
}

/// Namespaced, with no empty part.
fn is_type_name(name: &str) -> bool {
    name.contains('.') && name.split('.').all(|part| !part.is_empty())
}

fn is_word_start(character: char) -> bool {
    character.is_alphabetic() || "_$@".contains(character)
}

fn is_word_part(character: char) -> bool {
    character.is_alphanumeric() || "_$@.".contains(character)
}

const GUID_LENGTH: usize = 36;

/// The GUID that stands next, if one does and nothing is glued to its end.
fn guid_ahead(text: &str) -> Option<Uuid> {
    let guid = text.get(..GUID_LENGTH)?;
    if text[GUID_LENGTH..].starts_with(|next: char| is_word_part(next) || next == '-') {
        return None;
    }
    Uuid::try_parse(guid).ok()
}
