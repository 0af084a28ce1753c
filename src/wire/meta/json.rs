//! Descriptions in JSON: the tree of the XML form, with repeated elements as `Items`.

use super::traits::Trait;
use super::{MetaIndex, MetaResource, names};
use crate::wire::escape::json_string;

/// Writes members with the commas between them.
struct Members<'a> {
    out: &'a mut Vec<u8>,
    comma: bool,
}

impl Members<'_> {
    fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
        json_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    fn text(&mut self, name: &str, text: &str) {
        json_string(self.key(name), text);
    }

    fn traits<'t>(&mut self, traits: impl IntoIterator<Item = (&'static str, Trait<'t>)>) {
        for (name, value) in traits {
            match value {
                Trait::Text(text) => self.text(name, text),
                Trait::Flag(flag) => self.key(name).extend_from_slice(if flag { b"true" } else { b"false" }),
            }
        }
    }

    fn object(&mut self, name: &str, write: impl FnOnce(&mut Members<'_>)) {
        object(self.key(name), write);
    }

    /// `"name":{"Items":[{…},{…}]}`.
    fn items<T>(&mut self, name: &str, items: &[T], write: impl Fn(&mut Members<'_>, &T)) {
        self.object(name, |group| {
            let out = group.key("Items");
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                object(out, |members| write(members, item));
            }
            out.push(b']');
        });
    }
}

fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    write(&mut Members { out, comma: false });
    out.push(b'}');
}

impl MetaIndex {
    /// One object that repeats its key for every resource. Legal text, though most parsers keep the last only; the
    /// service does so and clients scan the text.
    pub fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        object(&mut out, |members| {
            members.text("IndexUri", &self.index_uri);
            for entry in &self.resources {
                members.object(names::RESOURCE, |members| members.traits(entry.traits()));
            }
        });
        out
    }
}

impl MetaResource {
    pub fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        object(&mut out, |members| {
            members.traits(self.traits());
            members.object(names::HIERARCHY, |members| {
                for (group, _, links) in self.hierarchy() {
                    if links.is_empty() {
                        // A type without relatives has one empty item.
                        members.items(group, &[()], |_, ()| {});
                    } else {
                        members.items(group, links, |members, link| members.traits(link.traits()));
                    }
                }
            });
            members.object(names::PROPERTIES, |members| {
                for (group, item, fields) in self.members() {
                    let is_collection = item == names::COLLECTION_FIELD;
                    members.items(group, fields, |members, field| members.traits(field.traits(is_collection)));
                }
            });
            if let Some(remark) = &self.remark {
                members.object(names::REMARKS, |members| members.text("Body", remark));
            }
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    // source: recorded 2026 (the key repeats)
    #[test]
    fn index_repeats_its_key() {
        assert_eq!(
            String::from_utf8(samples::index().json()).unwrap(),
            r#"{"IndexUri":"https://HOST/api/v1/index/meta","ResourceMetadataDescription":{"Name":"Assignable","Uri":"https://HOST/api/v1/Assignables/meta","Description":"Work & more"},"ResourceMetadataDescription":{"Name":"Context","Uri":"https://HOST/api/v1/Context/meta","Description":""}}"#
        );
    }

    // source: recorded 2013 (groups, `{"Items":[{}]}`) and 2026 (IsDeprecated, IsSynthetic)
    #[test]
    fn resource() {
        let expected = concat!(
            r#"{"Name":"UserStory","CanCreate":true,"CanUpdate":true,"CanDelete":true,"IndexUri":"https://HOST/api/v1/index/meta","Uri":"https://HOST/api/v1/UserStories","Description":"...","#,
            r#""ResourceMetadataHierarchyDescription":{"ResourceMetadataBaseResourceDescription":{"Items":[{"Name":"Assignable","Uri":"https://HOST/api/v1/Assignables/meta"}]},"ResourceMetadataDerivedResourceDescription":{"Items":[{}]}},"#,
            r#""ResourceMetadataPropertiesDescription":{"ResourceMetadataPropertiesResourceValuesDescription":{"Items":[{"Name":"Name","CanSet":true,"CanGet":true,"IsDeprecated":false,"IsRequired":true,"Type":"String","IsTypeComplex":false,"IsSynthetic":false,"Description":"...","Uri":"https://HOST/api/v1/String/meta","IsBoundToParent":true}]},"#,
            r#""ResourceMetadataPropertiesResourceReferencesDescription":{"Items":[{"Name":"Project","CanSet":true,"CanGet":true,"IsDeprecated":false,"IsRequired":true,"Type":"Project","IsTypeComplex":true,"IsSynthetic":false,"Description":"...","Uri":"https://HOST/api/v1/Projects/meta","IsBoundToParent":false}]},"#,
            r#""ResourceMetadataPropertiesResourceCollectionsDescription":{"Items":[{"Name":"Tasks","CanSet":false,"CanGet":true,"IsDeprecated":false,"IsRequired":false,"Type":"Task","IsTypeComplex":true,"IsSynthetic":false,"Description":"...","Uri":"https://HOST/api/v1/Tasks/meta","CanAdd":true,"CanRemove":true,"IsBoundToParent":true}]}},"#,
            r#""ResourceMetadataRemarksDescription":{"Body":"Result of GET request is ordered by Id field with descending direction."}}"#,
        );
        assert_eq!(String::from_utf8(samples::story().json()).unwrap(), expected);
    }

    #[test]
    fn a_resource_may_have_no_remark() {
        let value: serde_json::Value = serde_json::from_slice(&samples::bare().json()).unwrap();
        assert!(value.get("ResourceMetadataRemarksDescription").is_none());
    }
}
