//! What `explain` may be told.

use clap::Args;

use super::world::World;

#[derive(Debug, Args, Clone)]
pub struct Explain {
    /// Path and query of a read: '/api/v2/UserStory?where=effort>5'.
    #[arg(value_name = "REQUEST")]
    pub request: String,
    #[command(flatten)]
    pub world: World,
    /// Who asks; the first administrator where nobody is named.
    #[arg(long, value_name = "LOGIN")]
    pub login: Option<String>,
    /// Print everything as JSON.
    #[arg(long)]
    pub json: bool,
}
