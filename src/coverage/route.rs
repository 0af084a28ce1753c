//! The parts of the service that an address can be of.

use super::evidence::{Evidence, Source};
use super::features::{Kind, Word};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    Collection,
    Entity,
    InnerCollection,
    Bulk,
    Authentication,
    Context,
    Index,
    Metadata,
    Undelete,
    Plugins,
    V2Page,
    V2Entity,
    V2Context,
    History,
    Streaming,
    Login,
    Upload,
    Attachment,
    Thumbnail,
    Avatar,
    Storage,
    Info,
    Actions,
}

impl Route {
    pub(super) const ALL: [Self; 23] = [
        Self::Collection,
        Self::Entity,
        Self::InnerCollection,
        Self::Bulk,
        Self::Authentication,
        Self::Context,
        Self::Index,
        Self::Metadata,
        Self::Undelete,
        Self::Plugins,
        Self::V2Page,
        Self::V2Entity,
        Self::V2Context,
        Self::History,
        Self::Streaming,
        Self::Login,
        Self::Upload,
        Self::Attachment,
        Self::Thumbnail,
        Self::Avatar,
        Self::Storage,
        Self::Info,
        Self::Actions,
    ];

    pub(super) fn word(self) -> Word {
        let (area, name, source) = match self {
            Self::Collection => ("v1", "collection", Source::Docs),
            Self::Entity => ("v1", "entity", Source::Docs),
            Self::InnerCollection => ("v1", "inner collection", Source::Docs),
            Self::Bulk => ("v1", "bulk", Source::Docs),
            Self::Authentication => ("v1", "authentication", Source::Docs),
            Self::Context => ("v1", "context", Source::Docs),
            Self::Index => ("v1", "index of resources", Source::Docs),
            Self::Metadata => ("v1", "metadata", Source::Docs),
            Self::Undelete => ("v1", "undelete", Source::Docs),
            Self::Plugins => ("v1", "plugins", Source::Docs),
            Self::V2Page => ("v2", "page", Source::Docs),
            Self::V2Entity => ("v2", "entity", Source::Docs),
            Self::V2Context => ("v2", "context", Source::Client),
            Self::History => ("v2", "history", Source::Docs),
            Self::Streaming => ("v2", "streaming", Source::Docs),
            Self::Login => ("beside", "login", Source::VendorCode),
            Self::Upload => ("beside", "UploadFile.ashx", Source::Docs),
            Self::Attachment => ("beside", "Attachment.aspx", Source::Docs),
            Self::Thumbnail => ("beside", "AttachmentThumbnail.aspx", Source::Docs),
            Self::Avatar => ("beside", "Avatar.ashx", Source::Docs),
            Self::Storage => ("beside", "storage", Source::VendorCode),
            Self::Info => ("beside", "info.ashx", Source::VendorCode),
            Self::Actions => ("beside", "ActionsService.asmx", Source::VendorCode),
        };
        Word {
            kind: Kind::Route,
            area: area.to_owned(),
            name: name.to_owned(),
            evidence: Evidence::default().and(source),
            probe: None,
            missing: self == Self::Plugins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn each_stands_where_its_number_says() {
        assert!(Route::ALL.iter().enumerate().all(|(at, route)| *route as usize == at));
    }
}
