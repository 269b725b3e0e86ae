//! What was typed into a form whose session had ended, carried through the sign-in as hidden
//! inputs, so that it is not lost. Only forms of this list, only their fields, never a password.

use model::Field;

/// A form that can be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftOf {
    /// The form of the profile.
    Profile,
    /// The form of the sign-in address.
    Address,
}

/// A form's fields as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormDraft {
    /// Which form.
    pub of: DraftOf,
    /// Its fields by name.
    pub fields: Vec<(String, String)>,
}

/// Longest value that is carried: more than any of these forms takes.
const LONGEST_BYTES: usize = 4 * Field::LONGEST;
/// The input that names the form.
const NAME: &str = "draft";

impl DraftOf {
    const ALL: [DraftOf; 2] = [DraftOf::Profile, DraftOf::Address];

    const fn as_str(self) -> &'static str {
        match self {
            DraftOf::Profile => "profile",
            DraftOf::Address => "address",
        }
    }

    /// The page that the form stands on.
    pub const fn page(self) -> &'static str {
        match self {
            DraftOf::Profile => "/dashboard/profile/",
            DraftOf::Address => "/dashboard/account/",
        }
    }

    fn names(self) -> Vec<String> {
        match self {
            DraftOf::Profile => Field::TYPED
                .iter()
                .flat_map(|field| [field.as_str().to_owned(), format!("policy_{}", field.as_str())])
                .collect(),
            DraftOf::Address => vec!["email".to_owned()],
        }
    }

    /// What a form of this kind holds, where `find` gives a field's value.
    pub fn draft<'a>(self, find: impl Fn(&str) -> Option<&'a str>) -> FormDraft {
        let fields = self
            .names()
            .into_iter()
            .filter_map(|name| find(&name).map(|value| (name, value.to_owned())))
            .filter(|(_, value)| value.len() <= LONGEST_BYTES)
            .collect();
        FormDraft { of: self, fields }
    }
}

impl FormDraft {
    /// Reads a carried form out of the one that carries it.
    pub fn carried<'a>(find: impl Fn(&str) -> Option<&'a str>) -> Option<FormDraft> {
        let word = find(NAME)?;
        let of = DraftOf::ALL.into_iter().find(|of| of.as_str() == word)?;
        Some(of.draft(|name| find(&format!("{NAME}.{name}"))))
    }

    /// The hidden inputs that carry it, by name.
    pub(crate) fn inputs(&self) -> Vec<(String, String)> {
        let fields =
            self.fields.iter().map(|(name, value)| (format!("{NAME}.{name}"), value.clone()));
        std::iter::once((NAME.to_owned(), self.of.as_str().to_owned())).chain(fields).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_form<'a>(form: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<&'a str> {
        move |name| form.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    #[test]
    fn a_form_comes_out_of_the_sign_in_as_it_went_in() {
        let typed = [("first_name", "Анна"), ("policy_email", "keep"), ("email", "")];
        let draft = DraftOf::Profile.draft(in_form(&typed));
        assert_eq!(draft.fields.len(), 3);
        let inputs = draft.inputs();
        let find = |name: &str| {
            inputs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(FormDraft::carried(find), Some(draft));
    }

    #[test]
    fn only_what_is_on_the_list_is_carried() {
        let long = "x".repeat(LONGEST_BYTES + 1);
        let typed =
            [("password", "secret"), ("email", "a@b.c"), ("is_admin", "1"), ("first_name", &long)];
        for (of, names) in [(DraftOf::Profile, ["email"]), (DraftOf::Address, ["email"])] {
            let draft = of.draft(in_form(&typed));
            assert_eq!(draft.fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
        }
        for form in [&[("draft", "admin"), ("draft.email", "a")][..], &[("email", "a@b.c")]] {
            assert_eq!(FormDraft::carried(in_form(form)), None);
        }
    }
}
