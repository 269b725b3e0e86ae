//! The reference of the API: what its document says, arranged for people. In English, as the
//! document is; the frame around it speaks the visitor's language.

use leptos::prelude::*;
use model::ApiScope;

use crate::components::Layout;
use crate::request_context::RequestContext;
use crate::words::{self, say};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub title: String,
    /// What holds for all of it, by paragraph.
    pub about: Vec<String>,
    /// What tokens can allow.
    pub scopes: Vec<ApiScope>,
    /// The operations by what they are about.
    pub groups: Vec<Group>,
    /// What can go wrong.
    pub problems: Vec<ProblemKind>,
    /// What goes in and out.
    pub schemas: Vec<Schema>,
}

/// Operations on one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub about: String,
    pub operations: Vec<Operation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name for programs, and its anchor.
    pub id: String,
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// What it does, in a few words.
    pub title: String,
    /// The same at length, by paragraph.
    pub about: Vec<String>,
    /// What a token must allow.
    pub scopes: Vec<String>,
    /// Everything that is not in the body.
    pub parameters: Vec<Member>,
    /// The body, where there is one.
    pub body: Option<Kind>,
    /// The answers by status.
    pub answers: Vec<AnswerKind>,
    /// A call to try.
    pub example: String,
}

/// A parameter, or a member of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Where a parameter stands: path, query or header.
    pub place: Option<String>,
    pub kind: Kind,
    /// Whether it is always there.
    pub is_required: bool,
    pub about: String,
}

/// A type in words. A named one is explained under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// What stands before the name, or all of it.
    pub before: String,
    /// The name of a schema.
    pub name: Option<String>,
    /// What stands after the name.
    pub after: String,
}

/// One way to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerKind {
    pub status: String,
    pub about: String,
    /// The body, where there is one.
    pub kind: Option<Kind>,
}

/// One kind of problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Its anchor, which the `type` of a problem leads to.
    pub anchor: String,
    pub status: String,
    /// What it is, in a few words.
    pub title: String,
    /// What to do.
    pub about: String,
}

/// What goes in or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its name, and its anchor.
    pub name: String,
    /// What it is, by paragraph.
    pub about: Vec<String>,
    /// Its members, where it has some.
    pub members: Vec<Member>,
    /// The words that it can be, where it is a word.
    pub words: Vec<String>,
}

#[component]
pub(crate) fn ReferencePage(reference: Reference) -> impl IntoView {
    let Reference { title, about, scopes, groups, problems, schemas } = reference;
    let tokens = RequestContext::current().viewer_email().map(|_| {
        view! { <a class="button button--small" href="/dashboard/tokens/">{say!(api.tokens)}</a> }
    });
    let contents = groups
        .iter()
        .map(|group| {
            let links = group.operations.iter().map(|operation| {
                let address = format!("#{}", operation.id);
                view! { <li><a href=address>{operation.title.clone()}</a></li> }
            });
            view! { <li>{group.name.clone()}<ul>{links.collect_view()}</ul></li> }
        })
        .collect_view();
    let scopes = scopes
        .into_iter()
        .map(|scope| {
            view! {
                <div class="facts__row">
                    <dt><code>{scope.as_str()}</code></dt>
                    <dd lang=RequestContext::current().locale.tag()>{words::api_scope(scope)}</dd>
                </div>
            }
        })
        .collect_view();
    let groups = groups.into_iter().map(|group| view! { <GroupPart group/> }).collect_view();
    let problems = problems
        .into_iter()
        .map(|kind| {
            view! {
                <div class="facts__row" id=kind.anchor>
                    <dt><code>{kind.anchor.clone()}</code>" "<b>{kind.status}</b></dt>
                    <dd><b>{kind.title}</b><br/>{kind.about}</dd>
                </div>
            }
        })
        .collect_view();
    let schemas = schemas.into_iter().map(|schema| view! { <SchemaPart schema/> }).collect_view();
    view! {
        <Layout wide=true>
            <div class="api">
                <h1>{say!(api.title)}</h1>
                <p class="lead">{say!(api.lead)}</p>
                <p class="actions">
                    {tokens}
                    <a class="button button--small" href="/api/openapi.json">{say!(api.document)}</a>
                </p>
                <div class="api__columns">
                    <nav class="api__contents" aria-label=say!(api.contents) lang="en">
                        <ul>
                            <li><a href="#scopes">"Scopes"</a></li>
                            {contents}
                            <li><a href="#problems">"Problems"</a></li>
                            <li><a href="#schemas">"Schemas"</a></li>
                        </ul>
                    </nav>
                    <div class="api__parts" lang="en">
                        <section class="card" aria-labelledby="about">
                            <h2 id="about">{title}</h2>
                            {paragraphs(about)}
                        </section>
                        <section class="card" aria-labelledby="scopes">
                            <h2 id="scopes">"Scopes"</h2>
                            <dl class="facts">{scopes}</dl>
                        </section>
                        {groups}
                        <section class="card" aria-labelledby="problems">
                            <h2 id="problems">"Problems"</h2>
                            <dl class="facts">{problems}</dl>
                        </section>
                        <section class="card" aria-labelledby="schemas">
                            <h2 id="schemas">"Schemas"</h2>
                            {schemas}
                        </section>
                    </div>
                </div>
            </div>
        </Layout>
    }
}

#[component]
fn GroupPart(group: Group) -> impl IntoView {
    let operations = group
        .operations
        .into_iter()
        .map(|operation| view! { <OperationPart operation/> })
        .collect_view();
    let id = format!("group-{}", group.name);
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id.clone()>{group.name}</h2>
            <p>{group.about}</p>
            {operations}
        </section>
    }
}

#[component]
fn OperationPart(operation: Operation) -> impl IntoView {
    let scopes = operation
        .scopes
        .into_iter()
        .map(|scope| view! { <a href="#scopes"><code>{scope}</code></a>" " })
        .collect_view();
    let has_parameters = !operation.parameters.is_empty();
    let parameters = has_parameters.then(|| {
        view! { <h4>"Parameters"</h4><Members members=operation.parameters/> }
    });
    let body = operation.body.map(|kind| {
        view! { <h4>"Body"</h4><p><code>"application/json"</code>": "<KindName kind/></p> }
    });
    let answers = operation
        .answers
        .into_iter()
        .map(|answer| {
            let kind = answer.kind.map(|kind| view! { <KindName kind/>" " });
            view! {
                <div class="facts__row">
                    <dt><b>{answer.status}</b>" "{kind}</dt>
                    <dd>{answer.about}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <article class="operation" id=operation.id>
            <h3>{operation.title}</h3>
            <p class="operation__line">
                <b class="operation__method">{operation.method}</b>" "<code>{operation.path}</code>
            </p>
            {paragraphs(operation.about)}
            <p>"Needs "{scopes}</p>
            {parameters}
            {body}
            <h4>"Answers"</h4>
            <dl class="facts">{answers}</dl>
            <h4>"Example"</h4>
            <pre class="operation__example" tabindex="0"><code>{operation.example}</code></pre>
        </article>
    }
}

#[component]
fn SchemaPart(schema: Schema) -> impl IntoView {
    let members = (!schema.members.is_empty()).then(|| view! { <Members members=schema.members/> });
    let words = (!schema.words.is_empty()).then(|| {
        let words = schema.words.into_iter();
        let words = words.map(|word| view! { <li><code>{word}</code></li> }).collect_view();
        view! { <ul class="schema__words">{words}</ul> }
    });
    let id = format!("schema-{}", schema.name);
    view! {
        <article class="schema" id=id>
            <h3>{schema.name}</h3>
            {paragraphs(schema.about)}
            {members}
            {words}
        </article>
    }
}

#[component]
fn Members(members: Vec<Member>) -> impl IntoView {
    let rows = members
        .into_iter()
        .map(|member| {
            let place = member.place.map(|place| format!(" in {place}"));
            let need = if member.is_required { "required" } else { "optional" };
            view! {
                <div class="facts__row">
                    <dt><code>{member.name}</code>{place}</dt>
                    <dd>
                        <KindName kind=member.kind/>
                        <span class="mark">{need}</span>
                        <br/>
                        {member.about}
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}

#[component]
fn KindName(kind: Kind) -> impl IntoView {
    let name = kind.name.map(|name| {
        let address = format!("#schema-{name}");
        view! { <a href=address>{name}</a> }
    });
    view! { <code>{kind.before}{name}{kind.after}</code> }
}

fn paragraphs(texts: Vec<String>) -> impl IntoView {
    texts.into_iter().map(|text| view! { <p>{with_code(&text)}</p> }).collect_view()
}

/// Words between backticks are code, as everywhere where programmers write.
fn with_code(text: &str) -> impl IntoView + use<> {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let part = part.to_owned();
        if number % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    });
    parts.collect_view()
}
