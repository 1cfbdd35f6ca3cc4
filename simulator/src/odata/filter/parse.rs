//! The grammar: one token of lookahead, one function per rank of precedence, and a limit on how deep they nest.
//!
//! Each function takes tokens and never gives one back, so the work is proportional to the text; `and` and `or` are
//! loops, and everything that recurses passes through [`Parser::enter`], so the stack is bounded whatever is sent.

use super::error::{Clause, ClauseError, Problem};
use super::token::{Fault, Token, TokenKind, Tokens};
use super::{Expr, ExprKind, Function, Lambda, Literal, MAX_DEPTH, MAX_LENGTH, Operator, Quantifier};

/// Reads expressions off one text.
pub(in crate::odata) struct Parser<'a> {
    clause: Clause,
    tokens: Tokens<'a>,
    current: Token<'a>,
    depth: usize,
    #[cfg(test)]
    pub(super) steps: usize,
}

/// Reads a text that is one expression and nothing else.
pub(in crate::odata) fn parse_only(clause: Clause, text: &str) -> Result<Expr, ClauseError> {
    let mut parser = Parser::new(clause, text)?;
    let expr = parser.expression()?;
    parser.expect_end("'and', 'or' or the end")?;
    Ok(expr)
}

impl<'a> Parser<'a> {
    /// Stands before the first token; refuses a text that is too long.
    pub(in crate::odata) fn new(clause: Clause, text: &'a str) -> Result<Self, ClauseError> {
        if text.len() > MAX_LENGTH {
            return Err(ClauseError { clause, at: MAX_LENGTH, problem: Problem::TooLong(text.len()) });
        }
        let mut parser = Self {
            clause,
            tokens: Tokens::of(text),
            current: Token { at: 0, text: "", kind: TokenKind::End },
            depth: 0,
            #[cfg(test)]
            steps: 0,
        };
        parser.advance()?;
        Ok(parser)
    }

    /// The longest expression that begins here.
    pub(in crate::odata) fn expression(&mut self) -> Result<Expr, ClauseError> {
        self.chain("or", Self::conjunction, ExprKind::Or)
    }

    /// Takes the next token if it is this word, in any case.
    pub(in crate::odata) fn take_word(&mut self, word: &str) -> Result<bool, ClauseError> {
        let is_next = self.current.is_word(word);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    /// Takes the next token if it is a comma.
    pub(in crate::odata) fn take_comma(&mut self) -> Result<bool, ClauseError> {
        self.take(&TokenKind::Comma)
    }

    /// Refuses anything that follows.
    pub(in crate::odata) fn expect_end(&self, expected: &'static str) -> Result<(), ClauseError> {
        match self.current.kind {
            TokenKind::End => Ok(()),
            _ => Err(self.unexpected(expected)),
        }
    }

    fn conjunction(&mut self) -> Result<Expr, ClauseError> {
        self.chain("and", Self::equality, ExprKind::And)
    }

    fn chain(
        &mut self,
        word: &str,
        clause: fn(&mut Self) -> Result<Expr, ClauseError>,
        build: fn(Vec<Expr>) -> ExprKind,
    ) -> Result<Expr, ClauseError> {
        self.count_step();
        let first = clause(self)?;
        if !self.current.is_word(word) {
            return Ok(first);
        }
        let at = first.at;
        let mut clauses = vec![first];
        while self.take_word(word)? {
            clauses.push(clause(self)?);
        }
        Ok(Expr { at, kind: build(clauses) })
    }

    fn equality(&mut self) -> Result<Expr, ClauseError> {
        self.count_step();
        let left = self.relation()?;
        let Some(operator) = self.operator(Operator::is_equality) else {
            return Ok(left);
        };
        let at = self.advance()?.at;
        let right = self.relation()?;
        match self.operator(Operator::is_equality) {
            Some(second) => Err(self.fault(Problem::ChainedComparison(second.as_str()))),
            None => Ok(compare(at, operator, left, right)),
        }
    }

    fn relation(&mut self) -> Result<Expr, ClauseError> {
        self.count_step();
        let left = self.unary()?;
        let expr = if self.current.is_word("in") {
            self.membership(left)?
        } else if let Some(operator) = self.operator(|operator| !operator.is_equality()) {
            let at = self.advance()?.at;
            compare(at, operator, left, self.unary()?)
        } else {
            return Ok(left);
        };
        if self.current.is_word("in") {
            return Err(self.fault(Problem::ChainedComparison("in")));
        }
        match self.operator(|operator| !operator.is_equality()) {
            Some(second) => Err(self.fault(Problem::ChainedComparison(second.as_str()))),
            None => Ok(expr),
        }
    }

    fn membership(&mut self, item: Expr) -> Result<Expr, ClauseError> {
        let at = self.advance()?.at;
        self.expect(&TokenKind::Open, "'(' and a list of literals")?;
        let list = self.list(|parser| match parser.current.literal() {
            Some(literal) => parser.literal(literal),
            None => Err(parser.unexpected("a literal or ')'")),
        })?;
        Ok(Expr { at, kind: ExprKind::In { item: Box::new(item), list } })
    }

    fn unary(&mut self) -> Result<Expr, ClauseError> {
        self.count_step();
        let expr = if self.current.is_word("not") { self.negation()? } else { self.primary()? };
        self.refuse_arithmetic()?;
        Ok(expr)
    }

    fn negation(&mut self) -> Result<Expr, ClauseError> {
        let at = self.advance()?.at;
        self.enter()?;
        let inner = self.unary()?;
        self.leave();
        Ok(Expr { at, kind: ExprKind::Not(Box::new(inner)) })
    }

    fn refuse_arithmetic(&self) -> Result<(), ClauseError> {
        let mut words = ["add", "sub", "mul", "div", "divby", "mod"].iter();
        if !words.any(|word| self.current.is_word(word)) {
            return Ok(());
        }
        let name = format!("arithmetic ('{}')", self.current.text);
        Err(self.fault(Problem::Unsupported(name)))
    }

    fn primary(&mut self) -> Result<Expr, ClauseError> {
        if let Some(literal) = self.current.literal() {
            return self.literal(literal);
        }
        match self.current.kind {
            TokenKind::Open => self.group(),
            TokenKind::Word if !self.current.is_operator() => self.call_or_path(),
            _ => Err(self.unexpected("a property, a value, a function or '('")),
        }
    }

    fn literal(&mut self, literal: Literal) -> Result<Expr, ClauseError> {
        let at = self.advance()?.at;
        Ok(Expr { at, kind: ExprKind::Literal(literal) })
    }

    fn group(&mut self) -> Result<Expr, ClauseError> {
        self.advance()?;
        self.enter()?;
        let inner = self.expression()?;
        self.leave();
        self.expect(&TokenKind::Close, "'and', 'or' or ')'")?;
        Ok(inner)
    }

    fn call_or_path(&mut self) -> Result<Expr, ClauseError> {
        let name = self.name()?;
        if self.current.kind == TokenKind::Open {
            return self.call(&name);
        }
        let mut path = vec![name.text.to_owned()];
        while self.take(&TokenKind::Slash)? {
            let segment = self.name()?;
            let quantifier = Quantifier::from_name(segment.text);
            match quantifier.filter(|_| self.current.kind == TokenKind::Open) {
                Some(quantifier) => return self.quantified(name.at, path, quantifier),
                None => path.push(segment.text.to_owned()),
            }
        }
        Ok(Expr { at: name.at, kind: ExprKind::Path(path) })
    }

    fn call(&mut self, name: &Token<'a>) -> Result<Expr, ClauseError> {
        let function = self.function(name)?;
        self.expect(&TokenKind::Open, "'('")?;
        self.enter()?;
        let arguments = self.list(Self::expression)?;
        self.leave();
        let (least, most) = function.arity();
        let given = arguments.len();
        if !(least..=most).contains(&given) {
            return Err(self.fault_at(name.at, Problem::ArgumentCount { function, given }));
        }
        Ok(Expr { at: name.at, kind: ExprKind::Call { function, arguments } })
    }

    fn function(&self, name: &Token<'a>) -> Result<Function, ClauseError> {
        Function::from_name(name.text).ok_or_else(|| {
            let shown = Problem::shown(name.text);
            let problem = match Function::known_elsewhere(name.text) {
                Some(hint) => Problem::UnsupportedFunction { name: shown, hint },
                None => Problem::UnknownFunction(shown),
            };
            self.fault_at(name.at, problem)
        })
    }

    fn quantified(&mut self, at: usize, collection: Vec<String>, quantifier: Quantifier) -> Result<Expr, ClauseError> {
        self.expect(&TokenKind::Open, "'('")?;
        let is_empty = quantifier == Quantifier::Any && self.current.kind == TokenKind::Close;
        let body = if is_empty { None } else { Some(Box::new(self.lambda()?)) };
        self.expect(&TokenKind::Close, "'and', 'or' or ')'")?;
        Ok(Expr { at, kind: ExprKind::Quantified { quantifier, collection, body } })
    }

    fn lambda(&mut self) -> Result<Lambda, ClauseError> {
        let variable = self.name()?.text.to_owned();
        self.expect(&TokenKind::Colon, "':' after the variable")?;
        self.enter()?;
        let condition = self.expression()?;
        self.leave();
        Ok(Lambda { variable, condition })
    }

    /// Items with commas between them up to the closing parenthesis, which is taken.
    fn list(&mut self, item: impl Fn(&mut Self) -> Result<Expr, ClauseError>) -> Result<Vec<Expr>, ClauseError> {
        let mut items = Vec::new();
        if self.take(&TokenKind::Close)? {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if !self.take_comma()? {
                break;
            }
        }
        self.expect(&TokenKind::Close, "',' or ')'")?;
        Ok(items)
    }

    /// A name that a property, a function or a variable may have.
    fn name(&mut self) -> Result<Token<'a>, ClauseError> {
        if self.current.kind != TokenKind::Word {
            return Err(self.unexpected("a name"));
        }
        if self.current.text.contains(['$', '@']) {
            let shown = Problem::shown(self.current.text);
            let rest = if shown.eq_ignore_ascii_case("$it") { ", where properties are named directly," } else { "" };
            return Err(self.fault(Problem::Unsupported(format!("'{shown}'{rest}"))));
        }
        self.advance()
    }

    /// One level deeper. Only success comes back up: the first fault ends the whole parse.
    fn enter(&mut self) -> Result<(), ClauseError> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(Problem::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn operator(&self, wanted: impl Fn(Operator) -> bool) -> Option<Operator> {
        let is_word = self.current.kind == TokenKind::Word;
        let operator = is_word.then(|| Operator::from_name(self.current.text))??;
        wanted(operator).then_some(operator)
    }

    fn take(&mut self, kind: &TokenKind) -> Result<bool, ClauseError> {
        let is_next = self.current.kind == *kind;
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn expect(&mut self, kind: &TokenKind, expected: &'static str) -> Result<(), ClauseError> {
        if self.take(kind)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Moves on and returns the token left behind.
    fn advance(&mut self) -> Result<Token<'a>, ClauseError> {
        self.count_step();
        let next = self.tokens.next();
        let next = next.map_err(|Fault { at, problem }| self.fault_at(at, problem))?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn unexpected(&self, expected: &'static str) -> ClauseError {
        let found = match self.current.kind {
            TokenKind::End => "the end".to_owned(),
            _ => format!("'{}'", Problem::shown(self.current.text)),
        };
        self.fault(Problem::Expected { expected, found })
    }

    fn fault(&self, problem: Problem) -> ClauseError {
        self.fault_at(self.current.at, problem)
    }

    fn fault_at(&self, at: usize, problem: Problem) -> ClauseError {
        ClauseError { clause: self.clause, at, problem }
    }

    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "only tests count steps"))]
    fn count_step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

impl Token<'_> {
    fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// A word that cannot begin a value.
    fn is_operator(&self) -> bool {
        Operator::from_name(self.text).is_some() || ["and", "or", "in"].iter().any(|word| self.is_word(word))
    }

    fn literal(&self) -> Option<Literal> {
        match &self.kind {
            TokenKind::Literal(literal) => Some(literal.clone()),
            TokenKind::Word => {
                let constants =
                    [("true", Literal::Boolean(true)), ("false", Literal::Boolean(false)), ("null", Literal::Null)];
                let mut constants = constants.into_iter();
                match self.text {
                    "INF" => Some(Literal::Double(f64::INFINITY)),
                    "NaN" => Some(Literal::Double(f64::NAN)),
                    text => constants.find_map(|(name, value)| text.eq_ignore_ascii_case(name).then_some(value)),
                }
            }
            _ => None,
        }
    }
}

fn compare(at: usize, operator: Operator, left: Expr, right: Expr) -> Expr {
    Expr { at, kind: ExprKind::Compare { operator, left: Box::new(left), right: Box::new(right) } }
}
