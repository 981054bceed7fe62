namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that may be known only once the application has started, such as the address of an endpoint.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>A value with a name for it, for use inside expressions.</summary>
public interface IManifestExpressionProvider
{
    string ValueExpression { get; }
}
