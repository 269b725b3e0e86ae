//! "Sync now": a form like any other. With script it shows the steps while they happen, and can
//! be stopped.

use leptos::prelude::*;
use model::{Progress, RunState, Step};
use serde::{Deserialize, Serialize};

/// What the panel says, in the visitor's language.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SyncWords {
    /// On the button.
    pub sync: String,
    /// From the press until the first step is known.
    pub syncing: String,
    /// What the list of steps is.
    pub list: String,
    /// The steps, in their order.
    pub steps: Vec<String>,
    /// Of a step that is over.
    pub done: String,
    /// Of the step that is under way.
    pub running: String,
    /// On the button that stops.
    pub cancel: String,
    /// From that press until the end.
    pub cancelling: String,
    /// It was pressed when the sync was all but over.
    pub too_late: String,
    /// `%minutes%` is how long to wait.
    pub too_often: String,
    /// The site cannot be reached.
    pub offline: String,
}

/// Where the panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    /// Nothing runs that was begun here.
    Idle,
    /// The button was pressed; the site has not answered yet.
    Asked,
    /// This is the last that the site said.
    Running(Progress),
}

/// What is to be said besides the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser has such news"))]
enum Note {
    TooLate,
    TooOften { minutes: i64 },
    Offline,
}

impl Live {
    fn is_idle(self) -> bool {
        self == Live::Idle
    }

    /// How a step stands, as a word for styles and tests.
    fn of(self, step: Step) -> &'static str {
        let place = |step: Step| Step::ALL.iter().position(|other| *other == step);
        match self {
            Live::Running(now) if place(step) < place(now.step) => "done",
            Live::Running(now) if step == now.step => "current",
            _ => "waiting",
        }
    }

    fn label(self, words: &SyncWords) -> String {
        match self {
            Live::Idle => String::new(),
            Live::Asked => words.syncing.clone(),
            Live::Running(Progress { state: RunState::Cancelling, .. }) => words.cancelling.clone(),
            Live::Running(Progress { step, .. }) => {
                let steps = Step::ALL.iter().zip(&words.steps);
                steps.filter(|(other, _)| **other == step).map(|(_, text)| text.clone()).collect()
            }
        }
    }
}

impl Note {
    fn label(self, words: &SyncWords) -> String {
        match self {
            Note::TooLate => words.too_late.clone(),
            Note::TooOften { minutes } => {
                words.too_often.replace("%minutes%", &minutes.to_string())
            }
            Note::Offline => words.offline.clone(),
        }
    }
}

/// A form that posts to the sync address. With script the page stays: a press shows at once that
/// it counts, the steps follow as the site tells them, a second press joins the first, and in the
/// end the cabinet is shown anew with what came of it.
#[island]
pub fn SyncButton(words: SyncWords) -> impl IntoView {
    let live = RwSignal::new(Live::Idle);
    let note = RwSignal::new(None::<Note>);
    let form = NodeRef::<leptos::html::Form>::new();

    let press = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !live.get_untracked().is_idle() {
            return;
        }
        live.set(Live::Asked);
        note.set(None);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(browser::begin(live, note, form));
    };
    let stop = move |_| {
        let step = match live.get_untracked() {
            Live::Running(now) => now.step,
            Live::Idle | Live::Asked => Step::Token,
        };
        live.set(Live::Running(Progress { step, state: RunState::Cancelling }));
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(browser::stop(note));
    };

    let said = {
        let words = words.clone();
        move || match note.get() {
            Some(note) => note.label(&words),
            None => live.get().label(&words),
        }
    };
    let steps = Step::ALL
        .iter()
        .zip(words.steps)
        .map(|(step, text)| {
            let step = *step;
            let (done, running) = (words.done.clone(), words.running.clone());
            let state = move || match live.get().of(step) {
                "done" => done.clone(),
                "current" => running.clone(),
                _ => String::new(),
            };
            view! {
                <li class="sync__step" data-step=step.as_str() data-state=move || live.get().of(step)>
                    <span class="sync__text">{text}</span>
                    <span class="sync__state">{state}</span>
                </li>
            }
        })
        .collect_view();
    let may_stop = move || match live.get() {
        Live::Running(now) => now.state == RunState::Running && now.step != Step::Saving,
        Live::Idle | Live::Asked => false,
    };

    view! {
        <form node_ref=form class="sync" action="/gmail/sync/" method="post" on:submit=press>
            <div class="sync__buttons">
                <button
                    type="submit"
                    class="button"
                    aria-disabled=move || (!live.get().is_idle()).to_string()
                >
                    {words.sync}
                </button>
                <button
                    type="button"
                    class="button button--quiet"
                    hidden=move || !may_stop()
                    on:click=stop
                >
                    {words.cancel}
                </button>
            </div>
            <ol class="sync__steps" aria-label=words.list hidden=move || live.get().is_idle()>
                {steps}
            </ol>
            <p class="sync__said" role="status" aria-live="polite">{said}</p>
        </form>
    }
}

/// The parts that only a browser can do.
#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::rc::Rc;

    use leptos::html::Form;
    use leptos::prelude::*;
    use model::SyncId;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    use super::{Live, Note};
    use crate::api::sync_run as site;
    use crate::error::AppError;

    /// Broken streams in a row, with the browser's pause between them, until we stop waiting.
    const PATIENCE: u32 = 5;

    pub(super) async fn begin(
        live: RwSignal<Live>,
        note: RwSignal<Option<Note>>,
        form: NodeRef<Form>,
    ) {
        let idle_with = |news: Note| {
            live.set(Live::Idle);
            note.set(Some(news));
        };
        match site::start().await {
            Ok(started) => watch(started.run, live, form),
            Err(AppError::Offline) => idle_with(Note::Offline),
            Err(AppError::TooOften { wait_secs }) => {
                idle_with(Note::TooOften { minutes: model::whole_minutes(wait_secs) });
            }
            // Whatever came out, the page as it is now says it best.
            Err(_) => leave("/dashboard/"),
        }
    }

    pub(super) async fn stop(note: RwSignal<Option<Note>>) {
        match site::cancel().await {
            Err(AppError::TooLate) => note.set(Some(Note::TooLate)),
            Err(AppError::Offline) => note.set(Some(Note::Offline)),
            // The stream tells the end.
            _ => {}
        }
    }

    /// Follows a run to its end. The handlers live as long as the page, which the end replaces.
    fn watch(run: SyncId, live: RwSignal<Live>, form: NodeRef<Form>) {
        let Ok(stream) = EventSource::new(&format!("/gmail/sync/events/?run={run}")) else {
            return as_a_form(form);
        };
        let failures = Rc::new(Cell::new(0));

        let heard = failures.clone();
        listen(&stream, "step", move |event| {
            heard.set(0);
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(progress) = serde_json::from_str(&text) {
                live.set(Live::Running(progress));
            }
        });

        let ended = stream.clone();
        listen(&stream, "done", move |_| {
            ended.close();
            leave(&format!("/gmail/sync/result/?run={run}"));
        });

        let broken = stream.clone();
        listen(&stream, "error", move |_| {
            failures.set(failures.get() + 1);
            // Else the browser asks again by itself, and hears all that there is to know.
            if broken.ready_state() == EventSource::CLOSED || failures.get() > PATIENCE {
                broken.close();
                as_a_form(form);
            }
        });
    }

    fn listen(stream: &EventSource, event: &str, handler: impl Fn(MessageEvent) + 'static) {
        let handler = Closure::<dyn Fn(MessageEvent)>::new(handler).into_js_value();
        stream.add_event_listener_with_callback(event, handler.unchecked_ref()).ok();
    }

    /// What the form does without script: joins the run, waits, and shows what came of it.
    fn as_a_form(form: NodeRef<Form>) {
        if let Some(form) = form.get_untracked() {
            form.submit().ok();
        }
    }

    /// Replaces this page, which shows what was, so that "back" does not lead to it.
    fn leave(address: &str) {
        window().location().replace(address).ok();
    }
}
