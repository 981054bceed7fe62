namespace Aspire.Hosting.ApplicationModel;

/// <summary>Not in the dashboard's list: the dashboard itself.</summary>
internal sealed record HiddenAnnotation : IResourceAnnotation;
