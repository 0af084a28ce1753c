//! Random stories of writes over several workspaces, against a model that a child could keep: names, tags, states,
//! efforts, who belongs to whom, what is linked.

mod check;
mod model;
mod run;
mod step;
mod tell;
