//! Telling the methods of a component apart: actions, hooks, room events, timers, the migration, and the rest.

use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, ImplItemFn, LitStr, Meta, Result, ReturnType, Token, Type};

use super::hooks::{self, Hook, Takes};
use super::options::{Gate, each, unknown, value};
use crate::mirror::is_rule;
use crate::names::{camel_case, plain};

mod signature;

use signature::arguments;
pub(crate) use signature::is_reference_to;

/// A method that something calls, or that could be called.
pub(crate) struct Method {
    pub(crate) name: Ident,
    pub(crate) role: Role,
    /// Whether it takes `cx: &Context` first, and the type as written.
    pub(crate) context: Option<Type>,
    pub(crate) arguments: Vec<Argument>,
    /// `None` for a method that returns nothing.
    pub(crate) returns: Option<Type>,
    /// The conditions under which it exists.
    pub(crate) cfg: Vec<Attribute>,
}

/// An argument after the context.
pub(crate) struct Argument {
    pub(crate) wire: String,
    pub(crate) ty: Type,
    /// What `#[schemars(..)]` says of it.
    pub(crate) rules: Vec<Attribute>,
}

/// What calls a method.
pub(crate) enum Role {
    Action {
        wire: LitStr,
        gate: Gate,
        /// Whether the daemon is to check the payload.
        schema: bool,
    },
    Hook(&'static Hook),
    RoomEvents(Vec<(LitStr, Option<LitStr>)>),
    Timers(Vec<LitStr>),
    Migrate,
    /// Nothing; but a browser's author may have meant it to be an action.
    Hidden,
}

/// Takes the SDK's attributes off a method and reads them. `None` for a function that nothing can call.
pub(crate) fn classify(method: &mut ImplItemFn) -> Result<Option<Method>> {
    let marks = Marks::take(method)?;
    let name = method.sig.ident.clone();
    let text = plain(&name);
    let receiver = method.sig.receiver();
    let role = match (marks, Hook::of(&text, name.span())) {
        (Marks::None, hook) => match hook? {
            Some(hook) => Role::Hook(hook),
            None if text == "migrate" => Role::Migrate,
            None if receiver.is_none() || text.starts_with('_') => return Ok(None),
            None => Role::Hidden,
        },
        (_, Ok(Some(_))) => {
            let message = format!(
                "`{text}` is a hook: the daemon calls it by itself. Leave the attribute out, or rename it"
            );
            return Err(Error::new(name.span(), message));
        }
        (Marks::Action(rename, gate, schema), _) => {
            let wire = rename.unwrap_or_else(|| LitStr::new(&camel_case(&name), name.span()));
            Role::Action {
                wire: action_name(wire)?,
                gate,
                schema,
            }
        }
        (Marks::RoomEvents(events), _) => Role::RoomEvents(events),
        (Marks::Timers(names), _) => Role::Timers(names),
    };
    let (context, arguments) = arguments(method, &role)?;
    if let Role::Action { schema, .. } = &role {
        take_rules(method, *schema)?;
    }
    let method = Method {
        context,
        arguments,
        returns: match &method.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some((**ty).clone()),
        },
        cfg: method
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .cloned()
            .collect(),
        name,
        role,
    };
    method.check()?;
    Ok(Some(method))
}

impl Method {
    /// Whether the signature is one that its caller can call.
    fn check(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::new(self.name.span(), message));
        match &self.role {
            Role::Hook(hook) => {
                let most = match hook.takes {
                    Takes::Nothing => 0,
                    Takes::It(_) => 1,
                    Takes::Call => 2,
                };
                if self.arguments.len() > most {
                    return wrong(format!(
                        "this hook is `{}`; what it does not need it leaves out",
                        hook.shape()
                    ));
                }
            }
            Role::Migrate if self.arguments.len() != 2 || self.context.is_some() => {
                return wrong(
                    "the migration is `fn migrate(from: &str, state: &mut Map) -> Result<()>`"
                        .into(),
                );
            }
            _ => {}
        }
        Ok(())
    }
}

/// The SDK's attributes on one method.
enum Marks {
    None,
    Action(Option<LitStr>, Gate, bool),
    RoomEvents(Vec<(LitStr, Option<LitStr>)>),
    Timers(Vec<LitStr>),
}

impl Marks {
    fn take(method: &mut ImplItemFn) -> Result<Self> {
        let mut marks = Self::None;
        let mut kept = Vec::new();
        for attribute in std::mem::take(&mut method.attrs) {
            let name = attribute
                .path()
                .segments
                .last()
                .map(|segment| segment.ident.to_string());
            match (name.as_deref(), &mut marks) {
                (Some("action"), Self::None) => marks = action(&attribute)?,
                (Some("room_event"), Self::None) => {
                    marks = Self::RoomEvents(vec![room_event(&attribute)?])
                }
                (Some("room_event"), Self::RoomEvents(events)) => {
                    events.push(room_event(&attribute)?)
                }
                (Some("timer"), Self::None) => marks = Self::Timers(vec![timer(&attribute)?]),
                (Some("timer"), Self::Timers(names)) => names.push(timer(&attribute)?),
                (Some("action" | "room_event" | "timer"), _) => {
                    let message =
                        "a method is called by one thing: an action, room events, or timers";
                    return Err(Error::new(attribute.span(), message));
                }
                _ => kept.push(attribute),
            }
        }
        method.attrs = kept;
        Ok(marks)
    }
}

fn action(attribute: &Attribute) -> Result<Marks> {
    let (mut rename, mut gate, mut schema) = (None, Gate::default(), false);
    if let Meta::List(list) = &attribute.meta {
        list.parse_args_with(|input: syn::parse::ParseStream<'_>| {
            each(input, |name, input| match name.to_string().as_str() {
                "rename" => {
                    rename = Some(value(input)?);
                    Ok(())
                }
                "requires" | "rate_limit" => gate.option(name, input),
                "schema" => {
                    schema = true;
                    Ok(())
                }
                _ => Err(unknown(
                    name,
                    &["rename", "requires", "rate_limit", "schema"],
                )),
            })
        })?;
    } else {
        attribute.meta.require_path_only()?;
    }
    Ok(Marks::Action(rename, gate, schema))
}

/// Takes `#[schemars(..)]` off the arguments: to the compiler it means nothing there.
fn take_rules(method: &mut ImplItemFn, schema: bool) -> Result<()> {
    let mut unchecked = None;
    for argument in &mut method.sig.inputs {
        let syn::FnArg::Typed(argument) = argument else {
            continue;
        };
        let rule = argument.attrs.iter().find(|rule| is_rule(rule));
        unchecked = unchecked.or(rule.map(Spanned::span));
        argument.attrs.retain(|attribute| !is_rule(attribute));
    }
    match unchecked {
        Some(span) if !schema => Err(Error::new(
            span,
            "nobody checks this: write `#[action(schema)]` above the method",
        )),
        _ => Ok(()),
    }
}

fn room_event(attribute: &Attribute) -> Result<(LitStr, Option<LitStr>)> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let event = input.parse()?;
        let mut room = None;
        if input.parse::<Option<Token![,]>>()?.is_some() {
            each(input, |name, input| {
                if name != "room" {
                    return Err(unknown(name, &["room"]));
                }
                room = Some(value(input)?);
                Ok(())
            })?;
        }
        Ok((event, room))
    };
    arguments_of(
        attribute,
        parser,
        "name the event: `#[room_event(\"MESSAGE\")]`",
    )
}

fn timer(attribute: &Attribute) -> Result<LitStr> {
    arguments_of(
        attribute,
        <LitStr as syn::parse::Parse>::parse,
        "name the timer: `#[timer(\"tick\")]`",
    )
}

fn arguments_of<T>(
    attribute: &Attribute,
    parser: impl Parser<Output = T>,
    otherwise: &str,
) -> Result<T> {
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => list.parse_args_with(parser),
        _ => Err(Error::new(attribute.span(), otherwise)),
    }
}

fn action_name(wire: LitStr) -> Result<LitStr> {
    let text = wire.value();
    let wrong = |message: &str| Err(Error::new(wire.span(), message));
    if text.is_empty() || text.chars().count() > 64 {
        return wrong("the name of an action has 1 to 64 characters");
    }
    if text.starts_with(['_', '#', '$']) {
        return wrong(
            "the name of an action does not begin with `_`, `#` or `$`: those are never callable",
        );
    }
    if hooks::is_hook_name(&text) {
        return wrong("this is how a hook is spelled: the daemon calls those, and no browser may");
    }
    if text == "setValue" {
        return wrong(
            "the daemon itself does `setValue`: write `#[component(set_value)]` and leave this method out",
        );
    }
    Ok(wire)
}
