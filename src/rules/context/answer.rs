//! The answer of `Context` as events, in the order recorded in 2026.

use super::VERSION;
use super::narrow::Wish;
use super::practice;
use super::read::{Description, Rows};
use crate::event::{Links, ListForm, Name, Sink};
use crate::value::{Scalar, Value};

/// Formats of a fresh account (recorded 2026).
const CULTURE: [(&str, Scalar<'static>); 8] = [
    ("Name", Scalar::Text("")),
    ("DecimalSeparator", Scalar::Text(".")),
    ("CurrencyDecimalSeparator", Scalar::Text(".")),
    ("CurrencyDecimalDigits", Scalar::Int(2)),
    ("CurrencyGroupSeparator", Scalar::Text(",")),
    ("ShortDateFormat", Scalar::Text("MM/dd/yyyy")),
    ("LongDateFormat", Scalar::Text("dddd, dd MMMM yyyy")),
    ("TimePattern", Scalar::Text("g:i A")),
];

/// How a column leaves.
#[derive(Clone, Copy)]
enum As {
    Plain,
    Flag,
}

const CUSTOM_FIELD: [(&str, As); 11] = [
    ("Id", As::Plain),
    ("EntityKind", As::Plain),
    ("Name", As::Plain),
    ("EntityFieldName", As::Plain),
    ("Value", As::Plain),
    ("Type", As::Plain),
    ("Required", As::Flag),
    ("Listed", As::Flag),
    ("CalculationModel", As::Plain),
    ("CalculationModelContainsCollections", As::Flag),
    ("Units", As::Plain),
];

const USER: [(&str, As); 7] = [
    ("Id", As::Plain),
    ("FirstName", As::Plain),
    ("LastName", As::Plain),
    ("Email", As::Plain),
    ("IsActive", As::Flag),
    ("IsAdministrator", As::Flag),
    ("Kind", As::Plain),
];

/// Writes the whole answer.
pub fn write<S: Sink>(context: &Description, acid: &str, wish: &Wish, sink: &mut S) {
    let mut out = Out(sink);
    // the flags of 2026 have no description; these values are the recorded ones, widened by what was asked for
    let no_team = wish.shows_no_team();
    out.open(None, "Context");
    out.attribute("Acid", Scalar::Text(acid));
    out.value("Edition", Scalar::Text("Pro"));
    out.value("Version", Scalar::Text(VERSION));
    out.value("IsFull", Scalar::Bool(true));
    out.value("AnyProject", Scalar::Bool(wish.every_project));
    out.value("AnyTeam", Scalar::Bool(wish.every_team));
    out.value("IsNoTeamIncluded", Scalar::Bool(no_team));
    if let Some(user) = context.user.first() {
        out.open(Some("LoggedUser"), "User");
        out.columns(&USER, user);
        out.close();
    }
    out.open(Some("Culture"), "Culture");
    for (name, value) in CULTURE {
        out.attribute(name, value);
    }
    out.close();
    out.list("SelectedProjects", ListForm::Envelope, |out| {
        for row in &context.projects {
            out.open(None, "ProjectInfo");
            out.key(&row[0], &row[1]);
            out.reference("Process", "ProcessInfo", &row[2], &row[3]);
            out.reference("Program", "ProgramInfo", &row[4], &row[5]);
            out.close();
        }
    });
    out.list("SelectedTeams", ListForm::Envelope, |out| {
        for row in &context.teams {
            out.open(None, "TeamInfo");
            out.key(&row[0], &row[1]);
            out.close();
        }
    });
    out.list("Processes", ListForm::Envelope, |out| {
        for row in &context.processes {
            out.process(context, row);
        }
    });
    out.list("GlobalTerms", ListForm::Plain, |out| out.terms(&context.terms, &Value::Null));
    out.open(Some("AppContext"), "AppContext");
    out.flag("ProjectContext", wish.no_project);
    out.flag("TeamContext", no_team);
    out.close();
    out.list("CustomFields", ListForm::Plain, |out| out.custom_fields(&context.custom_fields, &Value::Null));
    out.close();
}

struct Out<'s, S>(&'s mut S);

impl<S: Sink> Out<'_, S> {
    fn open(&mut self, name: Option<&str>, resource: &str) {
        self.0.entity_start(name.map(Name::new).as_ref(), &Name::new(resource));
    }

    fn close(&mut self) {
        self.0.entity_end();
    }

    fn value(&mut self, name: &str, value: Scalar<'_>) {
        self.0.scalar(Some(&Name::new(name)), value);
    }

    /// In XML an attribute.
    fn attribute(&mut self, name: &str, value: Scalar<'_>) {
        self.0.scalar(Some(&Name::attribute(name)), value);
    }

    fn key(&mut self, id: &Value, name: &Value) {
        self.attribute("Id", scalar(id, As::Plain));
        self.attribute("Name", scalar(name, As::Plain));
    }

    fn columns(&mut self, names: &[(&str, As)], row: &[Value]) {
        for ((name, how), value) in names.iter().zip(row) {
            match *name {
                "Id" | "Name" => self.attribute(name, scalar(value, *how)),
                _ => self.value(name, scalar(value, *how)),
            }
        }
    }

    fn reference(&mut self, name: &str, resource: &str, id: &Value, text: &Value) {
        if *id == Value::Null {
            return self.value(name, Scalar::Null);
        }
        self.open(Some(name), resource);
        self.key(id, text);
        self.close();
    }

    fn list(&mut self, name: &str, form: ListForm, items: impl FnOnce(&mut Self)) {
        self.0.list_start(Some(&Name::new(name)), form);
        items(self);
        self.0.list_end(&Links::default());
    }

    /// `{"No": …}`.
    fn flag(&mut self, name: &str, no: bool) {
        self.open(Some(name), "SimpleContext");
        self.value("No", Scalar::Bool(no));
        self.close();
    }

    fn process(&mut self, context: &Description, row: &[Value]) {
        self.open(None, "ProcessInfo");
        self.key(&row[0], &row[1]);
        self.value("IsDefault", scalar(&row[2], As::Flag));
        self.list("Terms", ListForm::Plain, |out| out.terms(&context.terms, &row[0]));
        self.list("CustomFields", ListForm::Plain, |out| out.custom_fields(&context.custom_fields, &row[0]));
        self.list("Practices", ListForm::Envelope, |out| {
            for practice in of(&context.practices, &row[0]) {
                out.open(None, "Practice");
                out.key(&practice[1], &practice[2]);
                out.value("Description", scalar(&practice[3], As::Plain));
                out.value("DisplayName", scalar(&practice[4], As::Plain));
                if let Value::Text(name) = &practice[2] {
                    for (name, value) in practice::settings(name, scalar(&row[3], As::Plain)) {
                        out.value(name, value);
                    }
                }
                out.close();
            }
        });
        self.close();
    }

    fn terms(&mut self, terms: &Rows, process: &Value) {
        for term in of(terms, process) {
            self.open(None, "Term");
            self.value("WordKey", scalar(&term[1], As::Plain));
            self.value("Value", scalar(&term[2], As::Plain));
            self.close();
        }
    }

    fn custom_fields(&mut self, fields: &Rows, process: &Value) {
        for field in of(fields, process) {
            self.open(None, "CustomFieldInfo");
            self.columns(&CUSTOM_FIELD, &field[1..]);
            self.close();
        }
    }
}

/// Rows that belong to a process; those of no process belong to the account.
fn of<'r>(rows: &'r Rows, process: &Value) -> impl Iterator<Item = &'r Vec<Value>> {
    rows.iter().filter(move |row| row[0] == *process)
}

fn scalar(value: &Value, how: As) -> Scalar<'_> {
    match (value, how) {
        (Value::Int(n), As::Flag) => Scalar::Bool(*n != 0),
        (Value::Int(n), As::Plain) => Scalar::Int(*n),
        (Value::Bool(b), _) => Scalar::Bool(*b),
        (Value::Real(x), _) => Scalar::Double(*x),
        (Value::Text(text), _) => Scalar::Text(text),
        (Value::Null, _) => Scalar::Null,
    }
}
