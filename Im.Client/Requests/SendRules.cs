using System.Text;
using Im.Protocol;

namespace Im.Client.Requests;

/// <summary>The node's rules for a message, checked before it is sent: what it would refuse, and what would close the connection, never leaves.</summary>
internal static class SendRules
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Check(string text, string id, int maxTextChars)
    {
        if (id.Length is 0 or > ProtocolLimits.MaxIdChars)
            throw new ArgumentException($"A message id has 1 to {ProtocolLimits.MaxIdChars} characters.", nameof(id));
        if (text.Length > maxTextChars)
            throw new ImException(ErrorCodes.TextTooLong, $"A message has at most {maxTextChars} characters.");
        if (text.Contains('\0') || !IsUnicode(text))
            throw new ImException(ErrorCodes.TextInvalid, "A message has no U+0000 and no half of a surrogate pair.");
        if (!VisibleText.IsIn(text))
            throw new ImException(ErrorCodes.TextEmpty, "A message has something visible.");
    }

    private static bool IsUnicode(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
