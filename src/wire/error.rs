//! The document every refusal sends, in both formats. Texts are made elsewhere.

use crate::wire::escape::json_string;
use crate::wire::markup::Markup;

/// The only kind of error a client ever sees.
const KIND: &str = "Presentational";

/// What `Details` holds in XML: the name of a class, not the details.
const DETAILS: &str = "Tp.Integration.Common.Exceptions.Dtos.PresentationExceptionDetails";

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDocument {
    /// `BadRequest`, `NotFound`, …: the status in one word.
    pub status: &'static str,
    pub message: String,
    pub items: Vec<ErrorItem>,
    /// A GUID.
    pub error_id: String,
}

/// One message of a refusal: the template, its arguments and the text they make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorItem {
    pub token: String,
    pub data: Vec<(String, String)>,
    pub value: String,
}

impl ErrorDocument {
    pub fn json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        member(&mut out, "{\"Status\":", self.status);
        member(&mut out, ",\"Message\":", &self.message);
        member(&mut out, ",\"Type\":", KIND);
        put(&mut out, ",\"Details\":{\"Items\":[");
        for (i, item) in self.items.iter().enumerate() {
            if i > 0 {
                put(&mut out, ",");
            }
            item.json(&mut out);
        }
        member(&mut out, "]},\"ErrorId\":", &self.error_id);
        put(&mut out, "}");
        out
    }

    pub fn xml(&self) -> Vec<u8> {
        let mut markup = Markup::new(Vec::new());
        markup.start("Error");
        markup.leaf("Status", self.status);
        markup.leaf("Message", &self.message);
        markup.leaf("Type", KIND);
        markup.leaf("Details", DETAILS);
        markup.leaf("ErrorId", &self.error_id);
        markup.end();
        markup.finish()
    }
}

impl ErrorItem {
    fn json(&self, out: &mut Vec<u8>) {
        member(out, "{\"Type\":\"Simple\",\"Message\":{\"Token\":", &self.token);
        put(out, ",\"Data\":{");
        for (i, (name, value)) in self.data.iter().enumerate() {
            if i > 0 {
                put(out, ",");
            }
            json_string(out, name);
            member(out, ":", value);
        }
        member(out, "},\"Value\":", &self.value);
        put(out, "}}");
    }
}

fn member(out: &mut Vec<u8>, key: &str, value: &str) {
    put(out, key);
    json_string(out, value);
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_found() -> ErrorDocument {
        let text = "UserStory with Id 75470 not found or access is forbidden.";
        ErrorDocument {
            status: "NotFound",
            message: text.to_owned(),
            items: vec![ErrorItem {
                token: "{entityKind} with Id {id} not found or access is forbidden.".to_owned(),
                data: vec![("entityKind".to_owned(), "UserStory".to_owned()), ("id".to_owned(), "75470".to_owned())],
                value: text.to_owned(),
            }],
            error_id: "674cbbd7-2192-47ac-b08f-8541f3ad179c".to_owned(),
        }
    }

    // source: recorded 2026 (keys and their order); docs, v2 custom fields show the same
    #[test]
    fn json_document() {
        assert_eq!(
            String::from_utf8(not_found().json()).unwrap(),
            r#"{"Status":"NotFound","Message":"UserStory with Id 75470 not found or access is forbidden.","Type":"Presentational","Details":{"Items":[{"Type":"Simple","Message":{"Token":"{entityKind} with Id {id} not found or access is forbidden.","Data":{"entityKind":"UserStory","id":"75470"},"Value":"UserStory with Id 75470 not found or access is forbidden."}}]},"ErrorId":"674cbbd7-2192-47ac-b08f-8541f3ad179c"}"#
        );
    }

    // source: docs, blog on system custom fields (2017)
    #[test]
    fn xml_document() {
        let document = ErrorDocument { status: "BadRequest", message: "a < b".to_owned(), ..not_found() };
        let expected = "<Error>
  <Status>BadRequest</Status>
  <Message>a &lt; b</Message>
  <Type>Presentational</Type>
  <Details>Tp.Integration.Common.Exceptions.Dtos.PresentationExceptionDetails</Details>
  <ErrorId>674cbbd7-2192-47ac-b08f-8541f3ad179c</ErrorId>
</Error>";
        assert_eq!(String::from_utf8(document.xml()).unwrap(), expected);
    }

    #[test]
    fn no_items_or_several() {
        let mut document = not_found();
        document.items.push(document.items[0].clone());
        let value: serde_json::Value = serde_json::from_slice(&document.json()).unwrap();
        assert_eq!(value["Details"]["Items"].as_array().map(Vec::len), Some(2));
        document.items.clear();
        assert!(String::from_utf8(document.json()).unwrap().contains(r#""Details":{"Items":[]},"ErrorId""#));
    }
}
