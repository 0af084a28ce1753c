//! Descriptions in XML: attributes only, below an instruction that names the vendor's stylesheet.

use super::traits::Trait;
use super::{MetaIndex, MetaResource, names};
use crate::wire::markup::Markup;

fn document(stylesheet: &str) -> Markup {
    let mut markup = Markup::new(Vec::new());
    markup.prolog(&format!(
        "<?xml-stylesheet type='text/xsl' xmlns='http://www.w3.org/1999/xhtml' href='../xslt/{stylesheet}.xsl'?>"
    ));
    markup
}

fn attributes<'a>(markup: &mut Markup, traits: impl IntoIterator<Item = (&'static str, Trait<'a>)>) {
    for (name, value) in traits {
        match value {
            Trait::Text(text) => markup.attribute(name, text),
            Trait::Flag(flag) => markup.attribute(name, if flag { "true" } else { "false" }),
        }
    }
}

impl MetaIndex {
    pub fn xml(&self) -> Vec<u8> {
        let mut markup = document(names::INDEX_STYLESHEET);
        markup.start(names::INDEX);
        markup.attribute("IndexUri", &self.index_uri);
        for entry in &self.resources {
            markup.start(names::RESOURCE);
            attributes(&mut markup, entry.traits());
            markup.end();
        }
        markup.end();
        markup.finish()
    }
}

impl MetaResource {
    pub fn xml(&self) -> Vec<u8> {
        let mut markup = document(names::RESOURCE_STYLESHEET);
        markup.start(names::RESOURCE);
        attributes(&mut markup, self.traits());

        markup.start(names::HIERARCHY);
        for (group, item, links) in self.hierarchy() {
            markup.start(group);
            // A type without relatives has one empty item.
            if links.is_empty() {
                markup.start(item);
                markup.end();
            }
            for link in links {
                markup.start(item);
                attributes(&mut markup, link.traits());
                markup.end();
            }
            markup.end();
        }
        markup.end();

        markup.start(names::PROPERTIES);
        for (group, item, fields) in self.members() {
            markup.start(group);
            for field in fields {
                markup.start(item);
                attributes(&mut markup, field.traits(item == names::COLLECTION_FIELD));
                markup.end();
            }
            markup.end();
        }
        markup.end();

        if let Some(remark) = &self.remark {
            markup.start(names::REMARKS);
            markup.attribute("Body", remark);
            markup.end();
        }
        markup.end();
        markup.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    // source: recorded 2026, index and user story metadata
    #[test]
    fn index() {
        let expected = "<?xml-stylesheet type='text/xsl' xmlns='http://www.w3.org/1999/xhtml' href='../xslt/ResourceMetadataDescriptionIndex.xsl'?>
<ResourceMetadataDescriptionIndex IndexUri=\"https://HOST/api/v1/index/meta\">
  <ResourceMetadataDescription Name=\"Assignable\" Uri=\"https://HOST/api/v1/Assignables/meta\" Description=\"Work &amp; more\" />
  <ResourceMetadataDescription Name=\"Context\" Uri=\"https://HOST/api/v1/Context/meta\" Description=\"\" />
</ResourceMetadataDescriptionIndex>";
        assert_eq!(String::from_utf8(samples::index().xml()).unwrap(), expected);
    }

    // source: recorded 2026, user story metadata
    #[test]
    fn resource() {
        let expected = r#"<?xml-stylesheet type='text/xsl' xmlns='http://www.w3.org/1999/xhtml' href='../xslt/ResourceMetadataDescription.xsl'?>
<ResourceMetadataDescription Name="UserStory" CanCreate="true" CanUpdate="true" CanDelete="true" IndexUri="https://HOST/api/v1/index/meta" Uri="https://HOST/api/v1/UserStories" Description="...">
  <ResourceMetadataHierarchyDescription>
    <ResourceMetadataBaseResourceDescription>
      <ResourceMetadataBaseResourceItemDescription Name="Assignable" Uri="https://HOST/api/v1/Assignables/meta" />
    </ResourceMetadataBaseResourceDescription>
    <ResourceMetadataDerivedResourceDescription>
      <ResourceMetadataDerivedResourceItemDescription />
    </ResourceMetadataDerivedResourceDescription>
  </ResourceMetadataHierarchyDescription>
  <ResourceMetadataPropertiesDescription>
    <ResourceMetadataPropertiesResourceValuesDescription>
      <ResourceFieldMetadataDescription Name="Name" CanSet="true" CanGet="true" IsDeprecated="false" IsRequired="true" Type="String" IsTypeComplex="false" IsSynthetic="false" Description="..." Uri="https://HOST/api/v1/String/meta" IsBoundToParent="true" />
    </ResourceMetadataPropertiesResourceValuesDescription>
    <ResourceMetadataPropertiesResourceReferencesDescription>
      <ResourceFieldMetadataDescription Name="Project" CanSet="true" CanGet="true" IsDeprecated="false" IsRequired="true" Type="Project" IsTypeComplex="true" IsSynthetic="false" Description="..." Uri="https://HOST/api/v1/Projects/meta" IsBoundToParent="false" />
    </ResourceMetadataPropertiesResourceReferencesDescription>
    <ResourceMetadataPropertiesResourceCollectionsDescription>
      <ResourceCollecitonFieldMetadataDescription Name="Tasks" CanSet="false" CanGet="true" IsDeprecated="false" IsRequired="false" Type="Task" IsTypeComplex="true" IsSynthetic="false" Description="..." Uri="https://HOST/api/v1/Tasks/meta" CanAdd="true" CanRemove="true" IsBoundToParent="true" />
    </ResourceMetadataPropertiesResourceCollectionsDescription>
  </ResourceMetadataPropertiesDescription>
  <ResourceMetadataRemarksDescription Body="Result of GET request is ordered by Id field with descending direction." />
</ResourceMetadataDescription>"#;
        assert_eq!(String::from_utf8(samples::story().xml()).unwrap(), expected);
    }

    // source: recorded 2026 (Context has no remark; empty groups are assumed)
    #[test]
    fn a_resource_may_have_no_remark() {
        let xml = String::from_utf8(samples::bare().xml()).unwrap();
        assert!(xml.contains("<ResourceMetadataPropertiesResourceCollectionsDescription />"));
        assert!(!xml.contains("Remarks"));
    }
}
