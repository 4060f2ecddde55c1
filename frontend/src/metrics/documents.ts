import { graphql } from '../kit/graphql';

export const MetricList = graphql(`
  query MetricList(
    $filter: MetricSeriesFilter, $first: Int, $last: Int, $after: Cursor, $before: Cursor
    $asOf: DateTime
  ) {
    metricSeries(
      filter: $filter, orderBy: { field: CODE }
      first: $first, last: $last, after: $after, before: $before, asOf: $asOf
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes {
        code surface label cohort endedAt quality
        metric { code name }
        project { name } policyArea { name } market { name } vendor { name }
        latest { periodStart value unit n low high }
      }
    }
  }
`);

/** Charts take longer than the rows, and follow them. */
export const MetricCharts = graphql(`
  query MetricCharts($codes: [String!]!, $first: Int!, $from: Date, $to: Date, $asOf: DateTime) {
    metricSeries(filter: { code: { in: $codes } }, first: $first, asOf: $asOf) {
      nodes { code chart(from: $from, to: $to) { svg(size: SMALL) episodes { isOpen isAdverse firstDay } } }
    }
  }
`);

/** What stands out is judged anew for each series, and follows the rows as well. */
export const StandingOut = graphql(`
  query StandingOut($asOf: DateTime) {
    alerts(first: 200, asOf: $asOf) { episode { isOpen } series { code endedAt } }
  }
`);

export const MetricChoices = graphql(`
  query MetricChoices {
    metrics(first: 100, orderBy: { field: CODE }) { nodes { code name } }
    markets(first: 100) { nodes { code name } }
  }
`);

export const OneSeries = graphql(`
  query OneSeries($code: String!, $from: Date, $to: Date, $size: ChartSize!, $asOf: DateTime) {
    series(code: $code, asOf: $asOf) {
      code surface label cohort cadence minSample source endedAt staleAfter quality
      metric {
        code name description unit family direction bandLow bandHigh
        owner { name }
        pairedWith { code name }
        versions(first: 20) { nodes { number validFrom formula breaking changeNote } }
      }
      metricVersion { number }
      project { id name } policyArea { id name } market { id name } vendor { id name }
      latest { periodStart value unit n low high recordedAt }
      month: window(days: 28) { first last value low high sampleSize reason }
      values(from: $from, to: $to) { periodStart value n low high quality revision }
      weekly(from: $from, to: $to) { first value sampleSize low high }
      chart(from: $from, to: $to) {
        unit cadence svg(size: $size)
        points { periodStart value centre lower upper state }
        episodes { firstDay lastDay isOpen direction isAdverse severity explainedBy { about text } }
        annotations { id kind fromOn toOn text about }
      }
    }
  }
`);
